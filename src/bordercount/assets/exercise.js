// Exercises on a page and in a notebook: one form, one rule, one record of answers.
//
// A page runs this file as a classic script, which mounts every form it finds; a notebook appends
// an export and uses `render`. The rule is that of answers.py; a property test holds the two
// together. Nothing here asks another host for anything.

const bordercount = (() => {
  "use strict";

  // --- the rule -------------------------------------------------------------------------------

  const LONGEST = 60;
  const SPACES = "\\t\\n\\v\\f\\r \\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000\\ufeff";
  const ENDS = new RegExp(`^[${SPACES}]+|[${SPACES}]+$`, "g");
  const RUNS = new RegExp(`[${SPACES}]+`, "g");
  const ZEROS = [0x660, 0x6f0, 0x966, 0x9e6, 0xe50, 0xff10];
  const SIGNS = new Map([
    ...[..."\u2212\u2010\u2011\u2012\u2013\u2014\ufe63\uff0d"].map((sign) => [sign, "-"]),
    ["\uff0b", "+"], ["\uff0c", ","], ["\u066c", ","], ["\uff0e", "."], ["\u066b", "."],
    ["\uff05", "%"], ["\u066a", "%"], ["\ufe6a", "%"], ["\u2019", "'"], ["\uff07", "'"],
  ]);
  const NUMBER = /^([+-]?) ?\$? ?([0-9]{1,3}([,' _])[0-9]{3}(?:\3[0-9]{3})*|[0-9]+)?(?:\.([0-9]*))? ?%?$/;
  const DECIMAL_COMMA = /^[+-]? ?[0-9]+,[0-9]{1,2} ?%?$/;

  const trim = (text) => text.replace(ENDS, "");

  function plain(text) {
    const found = [...text].map((character) => {
      const code = character.codePointAt(0);
      const zero = ZEROS.find((start) => start <= code && code < start + 10);
      return zero === undefined ? (SIGNS.get(character) ?? character) : String(code - zero);
    });
    return trim(found.join("")).replace(RUNS, " ");
  }

  class Unreadable extends Error {}

  function readNumber(text, decimals) {
    if ([...text].length > LONGEST) throw new Unreadable("This is too long for a number.");
    const typed = plain(text);
    const found = NUMBER.exec(typed);
    const fraction = found?.[4] ?? "";
    const whole = (found?.[2] ?? "").replace(/[^0-9]/g, "");
    if (!found || !(whole || fraction)) {
      throw new Unreadable(
        DECIMAL_COMMA.test(typed)
          ? "Is the comma a decimal mark? Write 14.4 with a point."
          : "Write a number in digits, such as 12,345 or 14.4.",
      );
    }
    let units = BigInt(whole + fraction || "0");
    if (fraction.length <= decimals) {
      units *= 10n ** BigInt(decimals - fraction.length);
    } else {
      const step = 10n ** BigInt(fraction.length - decimals);
      units = (2n * units + step) / (2n * step);
    }
    return found[1] === "-" ? -units : units;
  }

  function writeNumber(units, decimals) {
    const size = units < 0n ? -units : units;
    const digits = String(size).padStart(decimals + 1, "0");
    const whole = decimals ? digits.slice(0, -decimals) : digits;
    const fraction = decimals ? "." + digits.slice(-decimals) : "";
    return (units < 0n ? "\u2212" : "") + whole.replace(/\B(?=(?:\d{3})+$)/g, ",") + fraction;
  }

  const isMapping = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

  function isEmpty(value) {
    if (typeof value === "string") return trim(value) === "";
    if (isMapping(value)) return !Object.values(value).some(Boolean);
    return value.length === 0;
  }

  function fits(kind, value) {
    const text = (each) => typeof each === "string";
    if (kind === "match") return isMapping(value) && Object.values(value).every(text);
    if (kind === "multiple" || kind === "order") return Array.isArray(value) && value.every(text);
    return text(value);
  }

  const verdict = (state, score = 0, feedback = "", understood = "") => ({ state, score, feedback, understood });
  const sameList = (one, other) => one.length === other.length && one.every((each, i) => each === other[i]);
  const magnitude = (units) => (units < 0n ? -units : units);

  function judge(exercise, key, value) {
    const { kind } = exercise;
    if (value === null || value === undefined || (fits(kind, value) && isEmpty(value))) return verdict("not attempted");
    if (!fits(kind, value)) return verdict("unreadable", 0, "This answer does not have the form of its kind.");
    const because = key.because ?? "";
    const mistake = (matches) => key.mistakes.find((each) => matches(each.value));
    if (kind === "number" || kind === "estimate") {
      const decimals = exercise.decimals ?? 0;
      let units;
      try {
        units = readNumber(value, decimals);
      } catch (error) {
        if (error instanceof Unreadable) return verdict("unreadable", 0, error.message);
        throw error;
      }
      const understood = writeNumber(units, decimals);
      if (kind === "estimate") return verdict("recorded", 1, because, understood);
      const near = (wanted) => magnitude(units - BigInt(wanted)) <= BigInt(exercise.tolerance ?? 0);
      if (near(key.answer)) return verdict("right", 1, because, understood);
      const made = mistake(near);
      return made ? verdict("mistake", 0, made.feedback, understood) : verdict("wrong", 0, "", understood);
    }
    if (kind === "choice") {
      if (value === key.answer) return verdict("right", 1, because);
      const made = mistake((wanted) => wanted === value);
      return made ? verdict("mistake", 0, made.feedback) : verdict("wrong");
    }
    if (kind === "multiple") {
      const chosen = new Set(value);
      const right = new Set(key.answer);
      const hits = [...chosen].filter((each) => right.has(each)).length;
      if (hits === right.size && chosen.size === right.size) return verdict("right", 1, because);
      const score = Math.max(0, hits - (chosen.size - hits)) / right.size;
      const made = mistake((wanted) => chosen.has(wanted));
      if (made) return verdict("mistake", score, made.feedback);
      return verdict(score ? "partly" : "wrong", score);
    }
    if (kind === "match") {
      const pairs = Object.entries(key.answer);
      const own = (item) => (Object.hasOwn(value, item) ? value[item] : undefined);
      const hits = pairs.filter(([item, target]) => own(item) === target).length;
      if (hits === pairs.length) return verdict("right", 1, because);
      const score = hits / pairs.length;
      const made = mistake((wanted) => Object.entries(wanted).every(([item, target]) => own(item) === target));
      if (made) return verdict("mistake", score, made.feedback);
      return verdict(hits ? "partly" : "wrong", score);
    }
    if (kind === "order") {
      if (sameList(value, key.answer)) return verdict("right", 1, because);
      const made = mistake((wanted) => sameList(value, wanted));
      return made ? verdict("mistake", 0, made.feedback) : verdict("wrong");
    }
    return verdict("recorded", 0, because);
  }

  const normal = (student) => trim(student.replace(/\p{Surrogate}/gu, "\ufffd")).normalize("NFC").toLowerCase();

  // SHA-256, since plain http pages away from localhost have no crypto.subtle.
  function sha256(bytes) {
    const primes = [];
    for (let n = 2; primes.length < 64; n += 1) if (primes.every((prime) => n % prime)) primes.push(n);
    const root = (n, power) => {
      const value = n ** power;
      return ((value - Math.floor(value)) * 2 ** 32) | 0;
    };
    const constants = primes.map((prime) => root(prime, 1 / 3));
    let state = primes.slice(0, 8).map((prime) => root(prime, 1 / 2));
    const padded = new Uint8Array(((bytes.length + 8) >> 6) * 64 + 64);
    padded.set(bytes);
    padded[bytes.length] = 0x80;
    const view = new DataView(padded.buffer);
    view.setUint32(padded.length - 4, bytes.length * 8);
    view.setUint32(padded.length - 8, Math.floor(bytes.length / 2 ** 29));
    const turn = (x, n) => (x >>> n) | (x << (32 - n));
    const w = new Int32Array(64);
    for (let start = 0; start < padded.length; start += 64) {
      for (let i = 0; i < 16; i += 1) w[i] = view.getInt32(start + 4 * i);
      for (let i = 16; i < 64; i += 1) {
        const a = turn(w[i - 15], 7) ^ turn(w[i - 15], 18) ^ (w[i - 15] >>> 3);
        const b = turn(w[i - 2], 17) ^ turn(w[i - 2], 19) ^ (w[i - 2] >>> 10);
        w[i] = (w[i - 16] + a + w[i - 7] + b) | 0;
      }
      let [a, b, c, d, e, f, g, h] = state;
      for (let i = 0; i < 64; i += 1) {
        const s1 = turn(e, 6) ^ turn(e, 11) ^ turn(e, 25);
        const t1 = (h + s1 + ((e & f) ^ (~e & g)) + constants[i] + w[i]) | 0;
        const s0 = turn(a, 2) ^ turn(a, 13) ^ turn(a, 22);
        const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
        [h, g, f, e, d, c, b, a] = [g, f, e, (d + t1) | 0, c, b, a, (t1 + t2) | 0];
      }
      state = [a, b, c, d, e, f, g, h].map((each, i) => (each + state[i]) | 0);
    }
    return state.flatMap((word) => [24, 16, 8, 0].map((shift) => (word >>> shift) & 255));
  }

  function caseNumber(id, student, cases) {
    const digest = sha256(new TextEncoder().encode(`${id}\0${normal(student)}`)).slice(0, 6);
    return Number(digest.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n) % BigInt(cases));
  }

  function decode(text, id) {
    const veil = new TextEncoder().encode(id);
    const bytes = Uint8Array.from(atob(text), (character, i) => character.charCodeAt(0) ^ veil[i % veil.length]);
    return JSON.parse(new TextDecoder().decode(bytes));
  }

  // --- the answer sheet -----------------------------------------------------------------------

  const FORMAT = "bordercount-answers/1";
  const LARGEST = 5e6; // characters, as in sheet.py
  const WHEN = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$/;

  const isAnswer = (record) =>
    isMapping(record) &&
    ["number", "choice", "multiple", "match"].some((kind) => fits(kind, record.value)) &&
    (record.case === undefined || (isMapping(record.case) && !Object.values(record.case).some((each) => each instanceof Object))) &&
    (record.tries === undefined || (Number.isInteger(record.tries) && record.tries > 0)) &&
    typeof record.at === "string" && WHEN.test(record.at) && Date.parse(record.at) > 0;

  // The sheet that a text holds; an answer that is not in form is left out, and counted.
  function readSheet(text) {
    if (text.length > LARGEST) throw new Error("This file is too large for an answer sheet.");
    let sheet;
    try {
      sheet = JSON.parse(text);
    } catch {
      throw new Error("This file is not an answer sheet, or only a part of one: it is not JSON.");
    }
    if (!isMapping(sheet) || sheet.format !== FORMAT) {
      throw new Error(`This file is not an answer sheet: its format is not ${FORMAT}.`);
    }
    if (typeof sheet.student !== "string" || !isMapping(sheet.answers)) {
      throw new Error("This answer sheet is damaged: it lacks the student or the answers.");
    }
    const all = Object.entries(sheet.answers);
    const good = all.filter(([, record]) => isAnswer(record));
    return { student: trim(sheet.student), answers: Object.fromEntries(good), left: all.length - good.length };
  }

  // Of each exercise the newest answer.
  function merge(one, other) {
    const merged = new Map(Object.entries(one));
    for (const [id, record] of Object.entries(other)) {
      if (!merged.has(id) || merged.get(id).at < record.at) merged.set(id, record);
    }
    return Object.fromEntries(merged);
  }

  const sorted = (mapping) => JSON.stringify(Object.entries(mapping ?? {}).sort(([one], [other]) => (one < other ? -1 : 1)));
  const sameCase = (one, other) => sorted(one) === sorted(other);

  // Answers of a page: local storage, one entry a book and student, shared by all tabs.
  class PageStore {
    constructor(course) {
      this.course = course;
      this.prefix = `bordercount:${course.book}:`;
      this.listeners = new Set();
      this.memory = new Map(); // what the storage would not take
      this.given = {}; // the answers given in this tab
      this.storage = null;
      this.trouble = "";
      this.damage = "";
      try {
        this.storage = localStorage;
        this.storage.getItem(this.prefix);
        this.storage.setItem(`${this.prefix}probe`, "1");
        this.storage.removeItem(`${this.prefix}probe`);
      } catch (error) {
        if (this.storage?.length) this.full(); // what stands in it can be read
        else {
          this.storage = null;
          this.trouble = "This browser does not keep answers here (a private window, or storage is off). Download them before you leave.";
        }
      }
      addEventListener("storage", (event) => {
        if (event.key !== null && !event.key.startsWith(this.prefix)) return;
        if (event.newValue === null && event.key !== `${this.prefix}probe`) this.given = {}; // cleared elsewhere
        // Another tab that wrote at the same moment may not have seen what was given here.
        const lost = event.key === this.key && this.lacks(this.given);
        if (lost) this.merge(this.given);
        else this.tell();
      });
      addEventListener("pageshow", (event) => event.persisted && this.tell()); // back to a page that slept
    }

    full() {
      this.trouble = "This browser\u2019s storage is full: new answers are kept only until you close this tab. Download them.";
    }

    read(name) {
      return this.memory.get(name) ?? this.stored(name);
    }

    stored(name) {
      try {
        return this.storage?.getItem(this.prefix + name) ?? null;
      } catch {
        return null;
      }
    }

    // Return whether the browser keeps it; if not, this tab does.
    write(name, text) {
      try {
        if (!this.storage) throw new Error("no storage");
        if (text === null) this.storage.removeItem(this.prefix + name);
        else this.storage.setItem(this.prefix + name, text);
        this.memory.delete(name);
        if (!this.memory.size) this.trouble = "";
        return true;
      } catch {
        if (text === null) this.memory.delete(name);
        else this.memory.set(name, text);
        if (this.storage) this.full();
        return false;
      }
    }

    get student() {
      return this.read("student") ?? "";
    }

    get name() {
      return `sheet:${normal(this.student)}`;
    }

    get key() {
      return this.prefix + this.name;
    }

    get answers() {
      const { name } = this;
      const found = [this.stored(name), this.memory.get(name)].map((text) => {
        try {
          return text ? readSheet(text).answers : {};
        } catch {
          // Set aside under another name, so that nothing is lost and nothing is stuck.
          this.write(name, null);
          this.write(`damaged:${normal(this.student)}:${Date.now()}`, text);
          this.damage = "The answers kept in this browser were damaged. They are set aside, and you start anew: open your downloaded answers if you have some.";
          return {};
        }
      });
      return merge(...found);
    }

    get sheet() {
      return { format: FORMAT, module: this.course.module, student: this.student, answers: this.answers };
    }

    lacks(answers) {
      const kept = this.answers;
      return Object.entries(answers).some(([id, record]) => !Object.hasOwn(kept, id) || kept[id].at < record.at);
    }

    // One tab at a time, where the browser can see to that.
    async locked(work) {
      let done = false;
      const once = () => {
        done = true;
        return work();
      };
      try {
        return await navigator.locks.request(this.prefix, once);
      } catch (error) {
        if (done) throw error;
        return work();
      }
    }

    put(answers) {
      const sheet = { ...this.sheet, answers: merge(this.answers, answers) };
      return this.write(this.name, JSON.stringify(sheet)) ? "" : this.trouble;
    }

    async merge(answers) {
      const trouble = await this.locked(() => this.put(answers));
      this.tell();
      return trouble;
    }

    // Save one answer from the form of `student`; another tab may have let in someone else.
    async save(id, record, late, student) {
      const trouble = await this.locked(() => {
        if (student && normal(student) !== normal(this.student)) return `Not saved: the answers here are now those of ${this.student || "nobody"}.`;
        this.given = merge(this.given, { [id]: record });
        return this.put({ [id]: record });
      });
      this.tell();
      return trouble;
    }

    // Answers given without an id, as far as the student with this id gets the same cases.
    fitting(answers, student) {
      const fits = (id, cases) => caseNumber(id, "", cases) === caseNumber(id, student, cases);
      return Object.fromEntries(Object.entries(answers).filter(([id]) => fits(id, this.course.varied?.[id] ?? 1)));
    }

    // Answers given before there was an id belong to whoever gives it first. Return what is to be said.
    async setStudent(student) {
      let said = "";
      const trouble = await this.locked(() => {
        const before = this.student === "" ? this.answers : {};
        const orphans = this.fitting(before, student);
        const others = Object.keys(before).length - Object.keys(orphans).length;
        if (others) said = `With your id ${others === 1 ? "one exercise that you answered asks" : `${others} exercises that you answered ask`} for another case: answer again.`;
        if (this.student === "") this.write("sheet:", null);
        if (normal(this.student) !== normal(student)) this.given = orphans;
        const kept = this.write("student", student);
        return this.put(orphans) || (kept ? "" : this.trouble);
      });
      this.tell();
      return trouble || said;
    }

    forget() {
      const mine = normal(this.student);
      const aside = Object.keys(this.storage ?? {}).map((key) => key.slice(this.prefix.length));
      for (const name of [...aside, ...this.memory.keys()]) if (name.startsWith(`damaged:${mine}:`)) this.write(name, null);
      this.write(this.name, null);
      this.write("student", null);
      this.given = {};
      this.damage = "";
      this.tell();
    }

    tell() {
      for (const listener of this.listeners) listener();
    }
  }

  // Answers of a notebook: Python keeps them, and acknowledges each.
  class KernelStore {
    constructor(model) {
      this.model = model;
      this.course = model.get("course");
      this.listeners = new Set();
      this.waiting = new Map();
      this.told = () => this.tell();
      model.on("change:state", this.told);
      this.heard = ({ answer, trouble }) => {
        this.waiting.get(answer)?.(trouble);
        this.waiting.delete(answer);
      };
      model.on("msg:custom", this.heard);
    }

    get trouble() {
      return this.model.get("state").trouble;
    }

    get student() {
      return this.model.get("state").student;
    }

    get answers() {
      return this.model.get("state").answers;
    }

    get sheet() {
      return { format: FORMAT, module: this.course.module, student: this.student, answers: this.answers };
    }

    // The trouble that Python answers with, "" for none. Silence is trouble too: the kernel is gone,
    // or busy with another cell; then `late` is told when it answers after all.
    ask(message, late = () => {}) {
      const answer = `${Date.now()}-${Math.random()}`;
      return new Promise((resolve) => {
        const silence = () => {
          this.waiting.set(answer, late);
          resolve("Not saved: run this cell again to connect it to Python, or wait if another cell is still running.");
        };
        const timer = setTimeout(silence, 3000);
        this.waiting.set(answer, (trouble) => {
          clearTimeout(timer);
          resolve(trouble);
        });
        try {
          this.model.send({ ...message, answer });
        } catch {
          clearTimeout(timer);
          silence(); // there is no connection to send it by
        }
      });
    }

    save(id, record, late) {
      return this.ask({ do: "merge", answers: { [id]: record }, student: this.student }, late);
    }

    merge(answers) {
      return this.ask({ do: "merge", answers, student: this.student });
    }

    setStudent(student) {
      return this.ask({ do: "student", student });
    }

    forget() {
      return this.ask({ do: "forget" });
    }

    tell() {
      for (const listener of this.listeners) listener();
    }

    close() {
      this.model.off("change:state", this.told);
      this.model.off("msg:custom", this.heard);
    }
  }

  // --- the form -------------------------------------------------------------------------------

  const WORDS = {
    "not attempted": "Not answered yet.",
    unreadable: "Not understood.",
    right: "Right.",
    partly: "Partly right.",
    mistake: "Not yet.",
    wrong: "Not yet.",
    recorded: "Recorded.",
  };
  const MARKS = { right: "\u2713", partly: "\u25d0", mistake: "\u2717", wrong: "\u2717", recorded: "\u2713", unreadable: "?", "not attempted": "" };

  function element(name, attributes = {}, ...children) {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.append(...children);
    return made;
  }

  function readForm(form, exercise) {
    const fields = [...form.querySelectorAll("[name]")];
    if (exercise.kind === "multiple") return fields.filter((field) => field.checked).map((field) => field.value);
    if (exercise.kind === "choice") return fields.find((field) => field.checked)?.value ?? "";
    if (exercise.kind === "match") {
      return Object.fromEntries(fields.filter((field) => field.value).map((field) => [field.name, field.value]));
    }
    if (exercise.kind === "order") return [...form.querySelectorAll("[data-item]")].map((item) => item.dataset.item);
    return fields[0]?.value ?? "";
  }

  function fillForm(form, exercise, value) {
    const fields = [...form.querySelectorAll("[name]")];
    if (!fits(exercise.kind, value)) return;
    if (exercise.kind === "multiple") for (const field of fields) field.checked = value.includes(field.value);
    else if (exercise.kind === "choice") for (const field of fields) field.checked = field.value === value;
    else if (exercise.kind === "match") for (const field of fields) field.value = value[field.name] ?? "";
    else if (exercise.kind === "order") {
      const list = form.querySelector("ol");
      for (const key of value) {
        const item = [...list.children].find((each) => each.dataset.item === key);
        if (item) list.append(item);
      }
    } else if (fields[0]) fields[0].value = value;
  }

  // Move an item by buttons, keeping the focus on the button that was pressed.
  function orderable(form) {
    const list = form.querySelector("ol.bc-order");
    if (!list) return;
    const said = element("p", { class: "bc-said", role: "status" });
    list.after(said);
    for (const item of list.children) {
      const name = item.textContent.trim();
      for (const [step, word, sign] of [[-1, "up", "\u2191"], [1, "down", "\u2193"]]) {
        const button = element("button", { type: "button", class: "bc-move", "aria-label": `Move ${word}: ${name}` }, sign);
        button.addEventListener("click", () => {
          const other = step < 0 ? item.previousElementSibling : item.nextElementSibling;
          if (other) {
            if (step < 0) other.before(item);
            else other.after(item);
            button.focus();
          }
          const place = [...list.children].indexOf(item) + 1;
          said.textContent = `${name}: place ${place} of ${list.children.length}.`;
          form.dispatchEvent(new Event("input"));
        });
        item.append(button);
      }
    }
  }

  // Bring one exercise to life; returns what undoes it.
  function enhance(root, store) {
    const exercise = JSON.parse(root.querySelector("script.bc-data").textContent);
    const form = root.querySelector("form");
    const fieldset = form.querySelector("fieldset");
    const feedback = form.querySelector(".bc-feedback");
    const understood = form.querySelector(".bc-understood");
    const hints = form.querySelector(".bc-hints");
    const hint = form.querySelector(".bc-hint");
    const saved = form.querySelector(".bc-saved");
    let shown = -1; // the case that stands in the form
    let record = null; // the answer that the form shows
    let opened = 0;
    let owner = normal(store.student);
    let saving = 0;
    let changed = false; // since it was last checked

    const current = () => caseNumber(exercise.id, store.student, exercise.cases.length);
    const key = () => decode(exercise.cases[shown].key, exercise.id);
    const allHints = () => exercise.cases[shown].hints;

    function showCase() {
      const wanted = current();
      if (wanted === shown) return;
      const first = shown === -1;
      shown = wanted;
      if (!first || wanted !== Number(root.dataset.case)) clear();
      else {
        number();
        orderable(form);
      }
    }

    function showVerdict(found) {
      root.dataset.state = found.state;
      feedback.replaceChildren();
      if (found.state === "not attempted") return;
      const word = exercise.kind === "text" ? "Recorded. A person reads this answer." : WORDS[found.state];
      feedback.append(element("strong", {}, `${MARKS[found.state]} ${word}`), " ");
      if (found.feedback) feedback.append(element("span", {}, found.feedback));
      const stuck = found.state === "wrong" || found.state === "partly";
      const more = stuck && !found.feedback && opened < allHints().length;
      const because = found.state === "partly" ? "Not all of it fits yet." : "Something else is going on.";
      if (more) feedback.append(element("span", {}, `${because} Would a hint help?`));
      if (found.state === "mistake" && exercise.kind === "choice" && key().because) {
        feedback.append(element("p", {}, key().because));
      }
    }

    function number() {
      const kind = fieldset.querySelector(".bc-kind");
      if (root.dataset.number) kind.textContent = kind.textContent.replace(/^Exercise:/, `Exercise ${root.dataset.number}:`);
    }

    function touched(is) {
      changed = is;
      root.toggleAttribute("data-changed", is); // for who leaves the page with a text half written
    }

    function clear() {
      fieldset.innerHTML = exercise.cases[shown].form;
      number();
      orderable(form);
      touched(false);
      showVerdict(verdict("not attempted"));
      if (!saved.classList.contains("bc-trouble")) saved.textContent = "";
      if (understood) understood.textContent = "";
      hints.replaceChildren();
      opened = 0;
      if (hint) {
        hint.hidden = allHints().length === 0;
        hint.textContent = "Hint";
      }
      record = null;
    }

    function refresh() {
      const before = owner;
      owner = normal(store.student);
      showCase();
      if (before !== owner && (before !== "" || record)) clear(); // nobody sees what another wrote
      const kept = store.answers[exercise.id];
      const own = kept && sameCase(kept.case, exercise.cases[shown].case) ? kept : null;
      if (own && (!record || own.at > record.at) && changed) {
        record = own; // and nobody writes over what is being typed here
        saved.textContent = "Answered in another window meanwhile. What stands here is not saved yet.";
      } else if (own && (!record || own.at > record.at)) {
        fillForm(form, exercise, own.value);
        showVerdict(judge(exercise, key(), own.value));
        showUnderstood();
        record = own;
      } else if (!own && record && !saving) {
        clear();
      }
      root.toggleAttribute("data-other-case", Boolean(kept && !own));
    }

    function showUnderstood() {
      if (!understood) return;
      const value = readForm(form, exercise);
      const found = judge(exercise, key(), value);
      understood.textContent = found.understood ? `Read as ${found.understood}${exercise.unit ? ` ${exercise.unit}` : ""}.` : found.feedback && found.state === "unreadable" ? found.feedback : "";
    }

    async function submit(event) {
      event?.preventDefault();
      if (owner !== normal(store.student)) {
        refresh(); // another window let in someone else, and this one has not heard of it yet
        saved.textContent = `Not saved: the answers here are now those of ${store.student || "nobody"}.`;
        return;
      }
      const value = readForm(form, exercise);
      const found = judge(exercise, key(), value);
      showVerdict(found);
      const before = record ? "Not saved. The answer that you gave before stays." : "";
      if (found.state === "not attempted" || found.state === "unreadable") {
        if (found.state === "not attempted") feedback.textContent = "Nothing is answered yet.";
        if (understood) understood.textContent = ""; // it would say the same
        if (!saved.classList.contains("bc-trouble")) saved.textContent = before;
        return;
      }
      touched(false);
      // The same answer again is no further try, and is saved again in case it was not.
      const same = record && JSON.stringify(record.value) === JSON.stringify(value);
      // Later than the last answer, even if that came from a machine whose clock is fast.
      const at = same ? record.at : new Date(Math.max(Date.now(), Date.parse(record?.at) + 1 || 0)).toISOString();
      const tries = (record?.tries ?? 0) + (same ? 0 : 1) || 1;
      const given = { value, case: exercise.cases[shown].case, tries, at };
      record = given;
      const tell = (trouble) => {
        if (!trouble && record?.at !== at) return; // answered again meanwhile
        saved.textContent = trouble || `Saved${store.student ? ` for ${store.student}` : ""}. ${given.tries === 1 ? "One try" : `${given.tries} tries`} so far.`;
        saved.classList.toggle("bc-trouble", Boolean(trouble));
      };
      saving += 1;
      try {
        tell(await store.save(exercise.id, record, tell, store.student));
      } finally {
        saving -= 1;
      }
    }

    form.addEventListener("submit", submit);
    form.addEventListener("input", () => {
      showUnderstood();
      touched(true);
      if (record && !saved.classList.contains("bc-trouble")) saved.textContent = "Changed since you last checked.";
    });
    form.addEventListener("keydown", (event) => {
      const command = event.ctrlKey || event.metaKey;
      const gives = command ? "input, textarea, select" : "input";
      if (event.key === "Enter" && event.target.matches(gives) && !event.isComposing) {
        event.preventDefault(); // JupyterLab takes Enter for itself
        event.stopPropagation();
        submit();
      } else if (!command && event.target.matches("input, textarea, select, button")) {
        event.stopPropagation(); // and single letters for commands
      }
    });
    hint?.addEventListener("click", () => {
      const text = element("p");
      text.innerHTML = `Hint ${opened + 1}: ${allHints()[opened]}`;
      hints.append(text);
      opened += 1;
      hint.textContent = "Another hint";
      hint.hidden = opened >= allHints().length;
      if (hint.hidden) {
        text.tabIndex = -1; // the focus goes on from here, not from the top of the page
        text.focus();
      }
    });
    hints.setAttribute("aria-live", "polite");
    store.listeners.add(refresh);
    refresh();
    root.dataset.live = "true";
    return () => store.listeners.delete(refresh);
  }

  // --- the bar: whose answers these are, how many there are, and where they go -----------------

  function download(store) {
    const blob = new Blob([JSON.stringify(store.sheet, null, 2) + "\n"], { type: "application/json" });
    const link = element("a", { href: URL.createObjectURL(blob), download: "answers.json" });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }

  function bar(root, store, here) {
    const who = element("span", { class: "bc-who" });
    const count = element("span", { class: "bc-count" });
    const said = element("div", { class: "bc-said", role: "status" });
    const button = (text, act) => {
      const made = element("button", { type: "button" }, text);
      made.addEventListener("click", act);
      return made;
    };
    const say = (...parts) => said.replaceChildren(...parts);
    const answered = (ids) => ids.filter((id) => Object.hasOwn(store.answers, id) && !formOf(id)?.hasAttribute("data-other-case"));
    const formOf = (id) => [...document.querySelectorAll(".bc-exercise")].find((form) => form.dataset.exercise === id);

    const opener = element("input", { type: "file", accept: ".json,application/json", hidden: "" });
    opener.addEventListener("change", async () => {
      const [file] = opener.files;
      if (!file) return;
      try {
        if (file.size > 4 * LARGEST) throw new Error("This file is too large for an answer sheet.");
        const sheet = readSheet(await file.text());
        const same = normal(sheet.student) === normal(store.student);
        if (!same && store.student !== "" && sheet.student !== "") {
          say(`These are the answers of ${sheet.student}. Choose \u201cNot you?\u201d first if that is you.`);
          return;
        }
        if (!same && sheet.student !== "") await store.setStudent(sheet.student);
        const given = sheet.student === "" && store.fitting ? store.fitting(sheet.answers, store.student) : sheet.answers;
        const trouble = await store.merge(given);
        const number = Object.keys(given).length;
        const left = sheet.left ? ` ${sheet.left} could not be read and ${sheet.left === 1 ? "was" : "were"} left out.` : "";
        say(trouble || `Opened ${number} ${number === 1 ? "answer" : "answers"}; of each exercise the newest counts.${left}`);
      } catch (error) {
        say(error.message);
      } finally {
        opener.value = "";
      }
    });

    const kernel = store instanceof KernelStore;
    let asked = null; // whose name stands in the bar
    let troubled = "";
    let handed = ""; // the progress at the last hand in
    const notYours = button("Not you?", notYou);

    function askWho() {
      const form = element("form", { class: "bc-ask" });
      const field = element("input", { name: "student", autocomplete: "off", autocapitalize: "none", spellcheck: "false", maxlength: "100", size: "9" });
      form.append(
        element("label", {}, "Your id", element("span", { class: "bc-long" }, ", as your teacher gave it"), " ", field),
        element("button", { type: "submit" }, "Use it"),
      );
      const use = async (event) => {
        event.preventDefault();
        event.stopPropagation();
        if (trim(field.value)) say((await store.setStudent(trim(field.value))) || "");
      };
      form.addEventListener("submit", use);
      field.addEventListener("keydown", (event) => {
        event.stopPropagation();
        if (event.key === "Enter" && !event.isComposing) use(event);
      });
      return form;
    }

    function notYou() {
      const dialog = element("dialog", { class: "bc-dialog", "aria-label": "Not you?" });
      const close = () => dialog.close();
      dialog.addEventListener("close", () => dialog.remove()); // Escape closes it too
      const go = button(`Clear them from this ${kernel ? "notebook" : "computer"}`, async () => {
        close();
        say((await store.forget()) || "Cleared.");
      });
      const whose = store.student ? `These are the answers of ${store.student}.` : "Someone answered here without giving an id.";
      dialog.append(
        element("p", {}, `${whose} Download them first if they are not handed in: clearing ${kernel ? "leaves them in this folder, in a file that bears your id" : "takes them off this computer"}.`),
        element("div", { class: "bc-tools" }, button("Download answers", keep), go, button("Cancel", close)),
      );
      root.append(dialog);
      dialog.showModal();
    }

    function refresh() {
      const { answers } = store;
      if (asked !== store.student) {
        asked = store.student; // and not more often: someone may be typing
        const focused = who.contains(document.activeElement);
        who.replaceChildren(asked === "" ? askWho() : element("span", { class: "bc-name" }, "Answers of ", element("b", {}, asked)), " ", notYours);
        if (focused) who.querySelector("input, button").focus();
      }
      notYours.hidden = asked === "" && Object.keys(answers).length === 0;
      const all = store.course.exercises;
      count.textContent = `${here.length ? `This ${kernel ? "worksheet" : "page"}: ${answered(here).length} of ${here.length} answered. ` : ""}Module: ${answered(all).length} of ${all.length}.`;
      if (handed && handed !== count.textContent) {
        handed = "";
        say(troubled); // what it said was missing may be there now
      }
      const trouble = store.trouble || store.damage || "";
      if (trouble !== troubled && (trouble || said.textContent === troubled)) say(trouble);
      troubled = trouble;
    }

    function keep() {
      download(store);
      say("Saved as answers.json in your downloads.");
    }

    function handIn() {
      if (store.student === "") {
        say("Give your id first, so that your teacher knows whose answers these are.");
        root.querySelector("input[name=student]")?.focus();
        return;
      }
      download(store);
      const done = new Set(answered(here));
      const missing = here.filter((id) => !done.has(id));
      const parts = ["Saved as answers.json in your downloads: give this file to your teacher."];
      if (missing.length) parts.push(` On this page ${missing.length} ${missing.length === 1 ? "exercise is" : "exercises are"} not answered yet: `);
      for (const id of missing) {
        const form = formOf(id);
        const go = () => {
          if (more.offsetParent) toggle(false); // on a telephone it would cover what it leads to
          form.querySelector("fieldset :is(input, select, textarea, button), button")?.focus();
        };
        const link = form && button(form.dataset.number ?? id, go);
        link?.setAttribute("aria-label", form.querySelector(".bc-kind").textContent);
        parts.push(link ?? id, " ");
      }
      say(...parts);
      handed = count.textContent;
    }

    // Where there is no room, all but the id is behind this.
    const more = button("More", () => toggle(!root.hasAttribute("data-open")));
    more.classList.add("bc-more");
    function toggle(open) {
      root.toggleAttribute("data-open", open);
      more.setAttribute("aria-expanded", String(open));
      if (!open) say(troubled);
    }
    toggle(false);

    store.listeners.add(refresh);
    const undo = () => store.listeners.delete(refresh);
    if (root.classList.contains("bc-compact")) {
      root.append(who, said);
      refresh();
      return undo;
    }
    root.append(
      who, count, more,
      element("span", { class: "bc-tools" }, button("Download answers", keep), button("Open my answers", () => opener.click()), button("Hand in", handIn)),
      opener, said,
    );
    refresh();
    return undo;
  }

  // --- figures behind a choice ------------------------------------------------------------------

  function choose(root) {
    const panels = [...root.querySelectorAll("[data-choice]")];
    const show = () => {
      const wanted = [...root.querySelectorAll("input:checked")].map((field) => field.value).join("\u0000");
      for (const panel of panels) panel.hidden = JSON.parse(panel.dataset.choice).join("\u0000") !== wanted;
    };
    root.addEventListener("change", show);
    root.dataset.live = "true";
    show();
  }

  // --- where it runs ------------------------------------------------------------------------------

  function mount(page) {
    const start = () => {
      for (const root of page.querySelectorAll(".bc-explore")) choose(root);
      const exercises = [...page.querySelectorAll(".bc-exercise")];
      if (!exercises.length) return;
      const course = JSON.parse(page.querySelector("script.bc-course").textContent);
      const store = new PageStore(course);
      for (const [place, root] of exercises.entries()) {
        root.dataset.number = place + 1;
        enhance(root, store);
      }
      const place = element("section", { class: "bc-bar bc-page", "aria-label": "Your answers" });
      (page.querySelector("main") ?? page.body).append(place);
      bar(place, store, exercises.map((root) => root.dataset.exercise));
      // Nothing hides behind the bar, however high it is.
      new ResizeObserver(() => page.documentElement.style.setProperty("--bc-bar", `${place.offsetHeight}px`)).observe(place);
      addEventListener("beforeunload", (event) => {
        if (page.querySelector(".bc-exercise[data-changed] textarea")) event.preventDefault(); // a text is long to write
      });
    };
    // As soon as the page is read: the theme's own scripts, which are large, run after that.
    if (page.readyState === "loading") page.addEventListener("readystatechange", start, { once: true });
    else start();
  }

  // JupyterLab takes letters, digits, arrows and Enter for commands, even from a field that has the
  // focus. The field tells it beforehand not to; with Ctrl, as to save, it may.
  function keepKeys(place) {
    const told = ({ target, ctrlKey, metaKey }) => {
      if (place()?.contains(target)) target.toggleAttribute("data-lm-suppress-shortcuts", !(ctrlKey || metaKey));
    };
    const events = ["focusin", "keydown", "keyup"];
    for (const each of events) addEventListener(each, told, true);
    return () => {
      for (const each of events) removeEventListener(each, told, true);
    };
  }

  function render({ model, el }) {
    const store = new KernelStore(model);
    if (!el.querySelector(".bc-exercise, .bc-bar")) el.innerHTML = model.get("html");
    const undo = [keepKeys(() => el)];
    for (const root of el.querySelectorAll(".bc-exercise")) undo.push(enhance(root, store));
    const place = el.querySelector(".bc-bar");
    if (place) undo.push(bar(place, store, model.get("here")));
    return () => {
      for (const each of undo) each();
      store.close();
    };
  }

  return { render, mount, keepKeys, judge, caseNumber, decode, readNumber, writeNumber, readSheet, merge };
})();

if (typeof document !== "undefined" && document.currentScript) bordercount.mount(document);
