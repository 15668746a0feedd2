// Makes one document of the book's pages, to be printed: a title page, contents, the pages.
({ title, about, style, parts }) => {
  const names = parts.flatMap((part) => part.pages.map((page) => page.name));
  const make = (tag, className, ...content) => {
    const made = document.createElement(tag);
    if (className) made.className = className;
    made.append(...content);
    return made;
  };
  const link = (id, ...content) => {
    const made = make("a", "", ...content);
    made.href = `#${id}`;
    return made;
  };

  // An id is the page's own; what names it follows. A link to what is not printed is a word.
  function rename(article, name) {
    const own = (id) => `${name}--${id}`;
    for (const each of article.querySelectorAll("[id]:not(svg [id])")) each.id = own(each.id);
    for (const attribute of ["for", "aria-labelledby", "aria-describedby", "headers"]) {
      for (const each of article.querySelectorAll(`[${attribute}]`)) {
        const ids = each.getAttribute(attribute).split(/\s+/);
        each.setAttribute(attribute, ids.map(own).join(" "));
      }
    }
    for (const each of article.querySelectorAll("a[href]")) {
      const [path, id] = each.getAttribute("href").split("#");
      const page = path ? path.replace(/\.html$/, "") : name;
      if (names.includes(page)) each.href = id ? `#${page}--${id}` : `#${page}`;
      else if (!/^https?:/.test(path)) each.removeAttribute("href");
    }
  }

  function numberExercises(article) {
    article.querySelectorAll(".bc-exercise .bc-kind").forEach((kind, place) => {
      kind.textContent = kind.textContent.replace("Exercise:", `Exercise ${place + 1}:`);
    });
  }

  // Figures behind a choice have one source, most of the time: it is said below the last of them.
  function sayOnce(article) {
    for (const panel of article.querySelectorAll(".bc-panel")) {
      const [source, next] = [panel, panel.nextElementSibling].map((each) => each?.querySelector("figcaption"));
      if (source && source.textContent === next?.textContent) source.remove();
    }
  }

  // What a page opens on request stands at the chapter's end, so that nobody reads it unasked.
  function putOff(article, name) {
    const later = make("section", "bc-later", make("h2", "", "Read this after your own attempt"));
    article.querySelectorAll("details.sd-dropdown").forEach((reveal, place) => {
      const [here, there] = [`${name}--asked-${place}`, `${name}--later-${place}`];
      const words = reveal.querySelector(".sd-summary-text").textContent.trim();
      const heading = reveal.closest("section").querySelector("h1, h2, h3").textContent.trim();
      const text = make("div", "", make("h3", "", link(here, `${words}: ${heading}`)));
      text.id = there;
      text.append(...reveal.querySelector(".sd-summary-content").childNodes);
      later.append(text);
      const pointer = make("p", "bc-pointer", link(there, `${words}: see the end of this chapter`));
      pointer.id = here;
      reveal.replaceWith(pointer);
    });
    if (later.children.length > 1) article.append(later);
  }

  const contents = make("nav", "bc-contents", make("h1", "", "Contents"));
  const articles = [];
  const styles = make("style", "", style);
  for (const part of parts) {
    if (part.caption) contents.append(make("p", "bc-part", part.caption));
    const list = make("ol");
    for (const { name, html } of part.pages) {
      const parsed = new DOMParser().parseFromString(html, "text/html");
      const article = document.adoptNode(parsed.querySelector("article.bd-article"));
      for (const each of article.querySelectorAll("script, .headerlink")) each.remove();
      for (const each of article.querySelectorAll("figure")) each.setAttribute("role", "group"); // its drawing has the text
      rename(article, name);
      numberExercises(article);
      sayOnce(article);
      putOff(article, name);
      article.id = name;
      article.style.page = `bc-${name}`;
      const heading = article.querySelector("h1").textContent.trim();
      styles.append(`@page bc-${name} { @top-right { content: ${JSON.stringify(heading)}; } }\n`);
      list.append(make("li", "", link(name, heading, make("span", "bc-page-number", "000"))));
      articles.push(article);
    }
    contents.append(list);
  }

  const front = make("header", "bc-front", make("p", "bc-title", title), ...about.map((line) => make("p", "", line)));
  document.title = title;
  document.head.append(styles);
  document.body.replaceChildren(front, contents, ...articles);
}
