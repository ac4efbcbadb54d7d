(() => {
  const app = document.getElementById("review-app"), source = document.getElementById("review-data");
  if (!app || !source) return;
  const { run, texts, fields, prefixes, entries, answers, words } = JSON.parse(source.textContent);
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
  const make = (kind, more = {}, ...parts) => {
    const node = Object.assign(document.createElement(kind), more);
    node.append(...parts);
    return node;
  };
  const button = (text, key, act, name = "tool") => {
    const node = make("button", { type: "button", className: name }, text);
    if (key) node.append(" ", make("kbd", {}, key));
    node.addEventListener("click", act);
    return node;
  };

  /* An entry: [kind, title, tag, reason, pattern, item, entity, rule, rows], of two records with [heads, keys] after it. */
  const PAIR = 0, FIXES = 2, KINDS = ["pair", "merge", "fix"];
  const rowsOf = entry => entry[8];
  const keyOf = place => entries[place][5];
  const numbers = new Intl.NumberFormat(document.documentElement.lang || "en");
  const headOf = (entry, [number, file, row]) => {
    const name = `${prefixes[texts[entry[6]]]}-${String(number).padStart(4, "0")}`;
    return `${name} · ${row === null ? texts[file] : fill(words.place, { file: texts[file], row: numbers.format(row) })}`;
  };
  /* A row of two records: the field's title, both values, 0 alike, 1 other, 2 other and to be chosen, and its name. */
  const compared = ([field, left, right, alike]) => {
    const [title, name] = fields[field];
    const differs = right !== undefined && alike !== 0;
    return [title, texts[left], texts[right ?? left], differs ? name ? 2 : 1 : 0, name];
  };
  const likes = new Map();
  entries.forEach((entry, place) => {
    const pattern = `${entry[0]} ${entry[0] === PAIR ? entry[6] : ""} ${entry[4]}`;
    if (!likes.has(pattern)) likes.set(pattern, []);
    likes.get(pattern).push(place);
    entry.like = likes.get(pattern);
  });

  /* What is decided, by the number of an entry's first line: {a: "y" | "n" | "u", k: {field: side}, x: [rows taken out]}. */
  const STORE = `crm-audit-review-${run}`;
  let stored = true;
  const read = () => {
    try {
      const held = JSON.parse(localStorage.getItem(STORE) ?? "{}");
      return typeof held === "object" && held ? held : {};
    } catch {
      stored = false;
      return {};
    }
  };
  const state = read();
  const keep = () => {
    try { localStorage.setItem(STORE, JSON.stringify(state)); } catch { stored = false; }
    note.hidden = stored;
  };
  const answerOf = place => state[keyOf(place)]?.a;
  const open = place => !["y", "n"].includes(answerOf(place));
  let undoable = null, view = [], at = 0, row = 0, done = 0;

  const status = make("p", { className: "visually-hidden" });
  status.setAttribute("role", "status");
  const say = text => { status.textContent = text; };
  const tally = make("strong"), bar = make("progress", { max: entries.length, value: 0 });
  bar.setAttribute("aria-hidden", "true");
  const filter = make("select", { id: "review-filter" });
  for (const name of ["all", "pairs", "fixes", "undecided"]) filter.append(new Option(words[name], name));
  const card = make("div", { className: "card", tabIndex: -1 });
  card.setAttribute("role", "group");
  const note = make("p", { className: "tone poor", hidden: true }, words.no_storage);
  const save = button(words.save, "", () => download(), "tool strong");
  const hint = make("p", { className: "keys", id: "review-keys" }, words.keys);
  card.setAttribute("aria-describedby", "review-keys");

  const shows = {
    all: () => true,
    pairs: place => entries[place][0] !== FIXES,
    fixes: place => entries[place][0] === FIXES,
    undecided: open,
  };
  const select = wanted => {
    view = entries.map((_, place) => place).filter(shows[filter.value]);
    const near = view.findIndex(place => place >= wanted);
    at = near < 0 ? Math.max(view.length - 1, 0) : near;
  };

  /* Two values with the part marked in which they differ. */
  const marked = (text, other) => {
    const [a, b] = [[...text], [...other]];
    let start = 0, end = 0;
    while (start < a.length && start < b.length && a[start] === b[start]) start += 1;
    while (end < a.length - start && end < b.length - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end += 1;
    const middle = a.slice(start, a.length - end).join("");
    const parts = [a.slice(0, start).join("")];
    if (middle) parts.push(make("mark", {}, middle));
    return [...parts, end ? a.slice(a.length - end).join("") : ""];
  };
  const value = (text, other, differs) => !text ? [make("span", { className: "muted" }, "–")]
    : !differs ? [text] : text === other ? [make("mark", {}, text)] : marked(text, other);

  const table = (heads, caption) => {
    const body = make("tbody"), line = make("tr");
    heads.forEach(text => line.append(make("th", { scope: "col" }, text)));
    return [make("div", { className: "scroll" }, make("table", {}, make("caption", { className: "visually-hidden" }, caption), make("thead", {}, line), body)), body];
  };

  const pairTable = (entry, held) => {
    const [box, body] = table([words.field, ...entry[9].map(head => headOf(entry, head))], texts[entry[1]]);
    rowsOf(entry).map(compared).forEach(([field, left, right, differs, name], number) => {
      const line = make("tr", {}, make("th", { scope: "row" }, field));
      [[left, right, "left"], [right, left, "right"]].forEach(([own, other, side]) => {
        const cell = make("td"), shown = value(own, other, differs);
        if (differs === 2) {
          const radio = make("input", { type: "radio", name: `keep-${number}`, checked: held.k?.[name] === side });
          radio.setAttribute("aria-label", fill(words.choose, { field, side: words[side] }) + ": " + own);
          radio.addEventListener("change", () => choose(number, side));
          cell.append(make("label", {}, radio, make("span", {}, ...shown)));
        } else cell.append(...shown);
        line.append(cell);
      });
      body.append(line);
    });
    box.firstChild.className = "pair";
    return box;
  };

  /* Where one field is changed, room for what is right instead; titles of several are joined by a middle dot. */
  const another = (number, record, field, held) => {
    if (!field || field.includes(" · ")) return [];
    const input = make("input", { type: "text", className: "another", value: held.v?.[number] ?? "", placeholder: words.another, maxLength: 500 });
    input.setAttribute("aria-label", `${words.another}: ${record}, ${field}`);
    input.addEventListener("input", () => {
      const key = keyOf(view[at]), was = state[key] ?? {};
      state[key] = { ...was, v: { ...was.v, [number]: input.value } };
      keep();
    });
    return [" ", input];
  };

  const fixTable = (entry, held) => {
    const [box, body] = table([words.apply, words.record, words.field, words.before, words.after], texts[entry[1]]);
    rowsOf(entry).forEach(([about, field, before, after], number) => {
      const record = typeof about === "number" ? texts[about] : headOf(entry, about);
      const tick = make("input", { type: "checkbox", checked: !held.x?.includes(number) });
      tick.setAttribute("aria-label", `${words.apply}: ${record}, ${texts[before]} → ${texts[after]}`);
      tick.addEventListener("change", () => toggle(number, !tick.checked));
      const digit = number < 10 ? make("kbd", {}, String((number + 1) % 10)) : "";
      body.append(make("tr", {},
        make("td", {}, make("label", {}, tick, " ", digit)),
        make("th", { scope: "row" }, record),
        make("td", {}, texts[field]),
        make("td", {}, ...value(texts[before], field ? texts[after] : "", Boolean(field))),
        make("td", {}, ...value(texts[after], field ? texts[before] : "", Boolean(field)), ...another(number, record, texts[field], held))));
    });
    return box;
  };

  const TONES = { y: ["good", "yes"], n: ["poor", "no"], u: ["weak", "unsure"] };
  const draw = focus => {
    tally.textContent = fill(words.decided, { n: done, total: entries.length });
    bar.value = done;
    card.replaceChildren();
    if (!view.length) {
      card.append(make("p", {}, words.none_left));
      return;
    }
    const place = view[at], entry = entries[place], held = state[keyOf(place)] ?? {};
    const [tone, word] = TONES[held.a] ?? ["", "cleared"];
    const head = make("h3", { tabIndex: -1 }, texts[entry[1]]);
    const question = [words.pair_question, words.merge_question, words.fix_question][entry[0]];
    card.append(
      make("p", { className: "where" }, fill(words.of_all, { n: at + 1, total: view.length }), " ", make("span", { className: `tag ${tone}` }, words[word]), " ", make("span", { className: "tag" }, texts[entry[2]])),
      head, make("p", { className: "muted" }, texts[entry[3]]), make("p", { className: "ask" }, question),
      entry[0] === FIXES ? fixTable(entry, held) : pairTable(entry, held));
    const group = make("div", { className: "answers" });
    group.append(
      button(words.yes, "y", () => decide("y"), "tool good"), button(words.no, "n", () => decide("n"), "tool poor"),
      button(words.unsure, "u", () => decide("u")), button(words.previous, "←", () => step(-1)), button(words.next, "→", () => step(1)));
    if (undoable) group.append(button(words.undo, "z", undo));
    card.append(group);
    const alike = entry.like.filter(open);
    if (alike.length > 1) {
      card.append(make("p", { className: "alike" }, fill(words.alike, { n: alike.length, what: texts[entry[4]] }), " ",
        button(fill(words.alike_yes, { n: alike.length }), "Y", () => bulk("y")), " ",
        button(fill(words.alike_no, { n: alike.length }), "N", () => bulk("n"))));
    }
    row = Math.min(row, rowsOf(entry).length - 1);
    if (focus) head.focus({ preventScroll: head.getBoundingClientRect().top >= 0 });
  };

  const change = (places, how) => {
    undoable = { at: view[at], before: places.map(place => [keyOf(place), state[keyOf(place)]]) };
    places.forEach(place => {
      const was = !open(place);
      state[keyOf(place)] = how(state[keyOf(place)] ?? {});
      done += Number(!open(place)) - Number(was);
    });
    keep();
  };
  const decide = answer => {
    if (!view.length) return;
    const place = view[at];
    change([place], held => ({ ...held, a: answer }));
    const left = filter.value === "undecided" && !open(place);
    if (left) view.splice(at, 1);
    if (!left && at < view.length - 1) at += 1;
    at = Math.min(at, Math.max(view.length - 1, 0));
    row = 0;
    draw(true);
    say(`${words[{ y: "said_yes", n: "said_no", u: "said_unsure" }[answer]]} ${fill(words.decided, { n: done, total: entries.length })}.`);
  };
  const bulk = answer => {
    if (!view.length) return;
    const here = view[at], alike = entries[here].like.filter(open);
    if (alike.length < 2) return;
    change(alike, held => ({ ...held, a: answer }));
    if (filter.value === "undecided") select(here);
    draw(true);
    say(fill(words.said_bulk, { n: alike.length }));
  };
  const undo = () => {
    if (!undoable) return;
    undoable.before.forEach(([key, held]) => { if (held) state[key] = held; else delete state[key]; });
    done = entries.reduce((sum, _, place) => sum + Number(!open(place)), 0);
    const wanted = undoable.at;
    undoable = null;
    keep();
    if (filter.value === "undecided") select(wanted);
    else at = Math.max(view.indexOf(wanted), 0);
    draw(true);
    say(words.said_undone);
  };
  const step = by => {
    if (!view.length) return;
    at = Math.min(Math.max(at + by, 0), view.length - 1);
    row = 0;
    draw(true);
  };
  const choose = (number, side) => {
    const entry = entries[view[at]], [field, , , differs, name] = compared(entry[8][number]);
    if (differs !== 2) return;
    row = number;
    const held = state[keyOf(view[at])] ?? {};
    state[keyOf(view[at])] = { ...held, k: { ...held.k, [name]: side } };
    keep();
    card.querySelectorAll(`input[name="keep-${number}"]`).forEach((radio, place) => { radio.checked = (place === 0) === (side === "left"); });
    say(fill(words.kept, { field, side: words[side] }));
  };
  const toggle = (number, out) => {
    const key = keyOf(view[at]), held = state[key] ?? {}, without = (held.x ?? []).filter(place => place !== number);
    state[key] = { ...held, x: out ? [...without, number].sort((a, b) => a - b) : without };
    row = number;
    keep();
  };
  const tick = number => {
    const box = card.querySelectorAll("input[type=checkbox]")[number];
    if (box) { box.checked = !box.checked; box.focus(); toggle(number, !box.checked); }
  };
  const walk = by => {
    const lines = [...card.querySelectorAll("tbody tr")], inputs = lines.map(line => line.querySelector("input:checked") ?? line.querySelector("input"));
    let next = inputs.includes(document.activeElement) || card.contains(document.activeElement) && row > 0 ? row + by : by > 0 ? 0 : -1;
    while (inputs[next] === null) next += by;
    if (inputs[next]) { row = next; inputs[next].focus(); }
  };

  const HEADER = ["entity", "decision", "left_key", "right_key", "keep", "rule", "field", "fix", "finding", "value", "run", "item"];
  /* What a person typed, as a cell that no spreadsheet runs. */
  const quoted = text => text && `"${text.replace(/^(?=[=+\-@\t\r])/, "'").replaceAll('"', '""')}"`;
  const csv = () => {
    const lines = [HEADER.join(",")];
    entries.forEach((entry, place) => {
      const held = state[keyOf(place)];
      if (!held?.a) return;
      const [yes, no] = answers[KINDS[entry[0]]];
      const kept = held.a === "y" && entry[0] !== FIXES ? Object.entries(held.k ?? {}).map(([name, side]) => `${name}:${side}`).sort().join(" ") : "";
      const line = (answer, left, right, fix, finding, item, own = "") => lines.push(
        [texts[entry[6]], answer, texts[left], texts[right], kept, texts[entry[7]], "", texts[fix], texts[finding], quoted(own.trim()), run, item].join(","));
      const said = held.a === "u" ? "unsure" : held.a === "y" ? yes : no;
      if (entry[0] === PAIR) line(said, ...entry[10], 0, 0, entry[5]);
      else if (entry[0] !== FIXES) line(said, 0, 0, ...entry[10], entry[5]);
      else rowsOf(entry).forEach(([, , , , fix, finding], number) => {
        const answer = held.a === "y" && held.x?.includes(number) ? no : said;
        line(answer, 0, 0, fix, finding, entry[5] + number, answer === yes ? held.v?.[number] : "");
      });
    });
    return lines;
  };
  const download = () => {
    const lines = csv(), url = URL.createObjectURL(new Blob([lines.join("\n") + "\n"], { type: "text/csv" }));
    const link = make("a", { href: url, download: words.save_name });
    link.click();
    setTimeout(() => URL.revokeObjectURL(url), 10_000);
    say(fill(words.saved, { n: lines.length - 1 }));
  };

  const acts = {
    y: () => decide("y"), n: () => decide("n"), u: () => decide("u"), Y: () => bulk("y"), N: () => bulk("n"), z: undo,
    ArrowLeft: () => step(-1), ArrowRight: () => step(1), ArrowUp: () => walk(-1), ArrowDown: () => walk(1),
  };
  app.addEventListener("keydown", event => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.target === filter || event.target.type === "text") return;
    const digit = /^[0-9]$/.test(event.key) ? (Number(event.key) + 9) % 10 : -1;
    const entry = view.length ? entries[view[at]] : null;
    if (digit >= 0 && entry) {
      if (entry[0] === FIXES) tick(digit);
      else if (digit < 2) choose(row, digit ? "right" : "left");
    } else if (acts[event.key]) acts[event.key]();
    else return;
    event.preventDefault();
  });
  filter.addEventListener("change", () => { select(0); row = 0; draw(false); });

  app.append(
    make("div", { className: "bar-top" },
      make("span", { className: "tally" }, tally, " ", bar),
      make("span", {}, make("label", { htmlFor: "review-filter" }, words.filter), " ", filter), save),
    card, hint, note, status);
  app.hidden = false;
  document.body.classList.add("reviewing");
  done = entries.reduce((sum, _, place) => sum + Number(!open(place)), 0);
  note.hidden = stored;
  const first = entries.findIndex((_, place) => !state[keyOf(place)]?.a);
  select(first < 0 ? 0 : first);
  draw(false);
})();
