"use strict";
(() => {
  const words = document.body.dataset;
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const make = (kind, name = "", text = "", more = {}) => {
    const node = Object.assign(document.createElement(kind), { className: name, textContent: text }, more);
    if (kind === "button") node.type = "button";
    return node;
  };
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
  const number = new Intl.NumberFormat(document.documentElement.lang);

  /* The look of the page: as the device, or as chosen here before. */
  const remembered = (look) => {
    try {
      if (look === undefined) return localStorage.getItem("crm-audit-look") ?? "";
      localStorage.setItem("crm-audit-look", look);
    } catch { /* A file may have no storage. */ }
    return look ?? "";
  };
  const label = make("label", "look", words.look + " ");
  const look = make("select");
  look.append(new Option(words.lookauto, ""), new Option(words.looklight, "light"), new Option(words.lookdark, "dark"));
  look.value = remembered();
  document.documentElement.dataset.look = look.value;
  look.addEventListener("change", () => { document.documentElement.dataset.look = remembered(look.value); });
  label.append(look);
  document.querySelector(".top .meta").append(label);

  /* A link to a closed item opens it and whatever it lies in. */
  const reveal = () => {
    const node = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!node) return;
    for (let up = node; up; up = up.parentElement) if (up.tagName === "DETAILS") up.open = true;
    node.scrollIntoView();
  };
  addEventListener("hashchange", reveal);

  /* Print everything, then close again what was closed. */
  let closed = [];
  addEventListener("beforeprint", () => { closed = words.print === "closed" ? [] : all("details:not([open])"); closed.forEach(item => { item.open = true; }); });
  addEventListener("afterprint", () => { closed.forEach(item => { item.open = false; }); closed = []; });

  /* Tables: find, filter, sort, turn pages, choose columns, take along. */
  const PAGE = 25, FEW = 12;
  const said = cell => [...cell.childNodes].filter(node => node.className !== "bar")
    .map(node => node.nodeName === "SMALL" ? ` (${node.textContent})` : node.textContent).join("").trim();
  const key = cell => {
    const text = cell.dataset.sort ?? said(cell), value = Number(text);
    return text !== "" && !Number.isNaN(value) ? value : text.toLowerCase();
  };
  const compare = (a, b) => typeof a === typeof b ? (typeof a === "number" ? a - b : a.localeCompare(b)) : typeof a === "number" ? -1 : 1;
  /* A spreadsheet runs a cell that begins so; an apostrophe before it keeps it text. */
  const defused = text => /^(?:[=@\t\r\n＝＠]|[+\-＋－][^]*[^0-9\s().,%/-])/.test(text) ? "'" + text : text;
  const quoted = text => /[",;\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;

  const equip = box => {
    const table = box.querySelector("table"), body = table.tBodies[0], heads = [...table.tHead.rows[0].cells];
    let rows = [...body.rows], page = 0, whole = false, found = rows;
    const titles = heads.map(head => head.textContent.trim()), title = table.caption.textContent;
    const cells = column => rows.map(row => said(row.cells[column]));
    const texts = new Map();
    const text = row => texts.get(row) ?? texts.set(row, row.textContent.toLowerCase()).get(row);

    const top = make("div", "head"), tools = make("div", "finder"), panel = make("div", "panel", "", { hidden: true });
    const input = make("input", "", "", { type: "search", placeholder: words.search });
    input.setAttribute("aria-label", `${words.search}: ${title}`);
    const count = make("span", "count");
    count.setAttribute("role", "status");
    const opener = make("button", "tool", words.filter);
    opener.setAttribute("aria-expanded", "false");
    const copy = make("button", "tool", words.copy), save = make("button", "tool", words.csv);
    [opener, copy, save].forEach(button => button.setAttribute("aria-label", `${button.textContent}: ${title}`));
    const name = make("p", "title", title);
    name.setAttribute("aria-hidden", "true");
    tools.append(input, opener, copy, save);
    top.append(name, tools);
    box.prepend(top, panel, count);
    box.classList.add("equipped");

    const turner = make("div", "pages");
    const back = make("button", "tool", words.back), on = make("button", "tool", words.on), rest = make("button", "tool", words.showall);
    const where = make("span");
    [back, on, rest].forEach(button => button.setAttribute("aria-label", `${button.textContent}: ${title}`));
    turner.append(back, where, on, rest);
    box.querySelector(".scroll").after(turner);

    const chosen = [];
    const show = () => {
      const parts = input.value.toLowerCase().split(/\s+/).filter(Boolean);
      const picks = chosen.filter(([, select]) => select.value !== "");
      found = rows.filter(row => parts.every(part => text(row).includes(part)) && picks.every(([column, select]) => said(row.cells[column]) === select.value));
      const pages = Math.max(Math.ceil(found.length / PAGE), 1);
      page = Math.min(page, pages - 1);
      const kept = new Set(whole ? found : found.slice(page * PAGE, (page + 1) * PAGE));
      rows.forEach(row => row.classList.toggle("off", !kept.has(row)));
      turner.hidden = found.length <= PAGE;
      back.disabled = whole || page === 0;
      on.disabled = whole || page === pages - 1;
      rest.textContent = whole ? words.inpages : words.showall;
      where.textContent = fill(words.pages, { first: number.format(whole ? 1 : page * PAGE + 1), last: number.format(whole ? found.length : Math.min((page + 1) * PAGE, found.length)), total: number.format(found.length) });
      count.textContent = !parts.length && !picks.length ? "" : !found.length ? words.none : fill(words.match, { n: number.format(found.length), total: number.format(rows.length) });
    };
    const anew = () => { page = 0; show(); };
    input.addEventListener("input", anew);
    back.addEventListener("click", () => { page -= 1; show(); if (back.disabled) on.focus(); });
    on.addEventListener("click", () => { page += 1; show(); if (on.disabled) back.focus(); });
    rest.addEventListener("click", () => { whole = !whole; anew(); });

    /* The panel is made when it is first asked for. */
    opener.addEventListener("click", () => {
      panel.hidden = !panel.hidden;
      opener.setAttribute("aria-expanded", String(!panel.hidden));
      if (panel.childElementCount) return;
      const filters = make("fieldset", "filters"), columns = make("fieldset", "columns");
      filters.append(make("legend", "", words.only));
      columns.append(make("legend", "", words.columns));
      heads.forEach((head, column) => {
        const values = [...new Set(cells(column))].sort((a, b) => a.localeCompare(b));
        if (values.length > 1 && values.length <= FEW && values.length < rows.length) {
          const line = make("label", "", titles[column] + " "), select = make("select");
          select.append(new Option(words.any, ""), ...values.filter(Boolean).map(value => new Option(value, value)));
          select.addEventListener("change", anew);
          line.append(select);
          filters.append(line);
          chosen.push([column, select]);
        }
        if (!column) return;
        const line = make("label"), box = make("input", "", "", { type: "checkbox", checked: true });
        box.addEventListener("change", () => [head, ...rows.map(row => row.cells[column])].forEach(cell => { cell.hidden = !box.checked; }));
        line.append(box, " " + titles[column]);
        columns.append(line);
      });
      if (chosen.length) panel.append(filters);
      panel.append(columns);
    });

    const taken = () => {
      const order = heads.map((_, column) => column).filter(column => !heads[column].hidden);
      return [order.map(column => defused(titles[column])), ...[...body.rows].filter(row => found.includes(row)).map(row => order.map(column => defused(said(row.cells[column]).replace(/\s+/g, " "))))];
    };
    copy.addEventListener("click", async () => {
      const lines = taken().map(line => line.join("\t")).join("\n");
      try { await navigator.clipboard.writeText(lines); } catch {
        const area = make("textarea", "visually-hidden");
        area.value = lines;
        box.append(area);
        area.select();
        document.execCommand("copy");
        area.remove();
        copy.focus();
      }
      count.textContent = fill(words.copied, { n: number.format(found.length) });
    });
    save.addEventListener("click", () => {
      const lines = "\ufeff" + taken().map(line => line.map(quoted).join(",")).join("\r\n") + "\r\n";
      const link = make("a", "", "", { href: URL.createObjectURL(new Blob([lines], { type: "text/csv" })), download: title.replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-|-$/g, "").toLowerCase() + ".csv" });
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 1000);
    });

    heads.forEach((head, column) => {
      const button = make("button");
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => {
        const down = head.getAttribute("aria-sort") === "ascending";
        heads.forEach(other => other.removeAttribute("aria-sort"));
        head.setAttribute("aria-sort", down ? "descending" : "ascending");
        const keyed = rows.map(row => [key(row.cells[column]), row]);
        keyed.sort((a, b) => down ? compare(b[0], a[0]) : compare(a[0], b[0]));
        rows = keyed.map(pair => pair[1]);
        body.append(...rows);
        anew();
      });
    });
    show();
  };

  /* A record's name leads to all that the page says of it. */
  const RECORD = /^[A-Z]-\d{4,}$/;
  const named = cell => cell.firstChild?.textContent.trim() ?? "";
  const sheet = make("dialog", "record");
  document.body.append(sheet);
  sheet.addEventListener("click", event => { if (event.target === sheet || event.target.closest("a")) sheet.close(); });
  const facts = pairs => {
    const list = make("dl", "facts");
    pairs.filter(([, value]) => value).forEach(([term, value]) => {
      const line = make("div");
      line.append(make("dt", "", term), make("dd", "", value));
      list.append(line);
    });
    return list;
  };
  const about = record => {
    const shut = make("button", "tool", words.close), head = make("h2", "", fill(words.record, { record }));
    head.id = "record-title";
    sheet.setAttribute("aria-labelledby", head.id);
    shut.addEventListener("click", () => sheet.close());
    sheet.replaceChildren(shut, head);
    all("main th").filter(cell => named(cell) === record).forEach(cell => {
      const table = cell.closest("table"), heads = [...table.tHead.rows[0].cells], item = cell.closest("details.item");
      const pairs = cell.scope === "row"
        ? [...cell.parentElement.cells].map((other, column) => [heads[column].textContent, column ? said(other) : said(other).replace(record, "").replace(/^ \((.*)\)$/, "$1").trim()])
        : [...table.tBodies[0].rows].map(row => [said(row.cells[0]), said(row.cells[cell.cellIndex])]);
      const title = make("h3");
      if (item?.id) title.append(make("a", "", item.querySelector(".name").textContent, { href: "#" + item.id }));
      else title.textContent = item ? item.querySelector(".name").textContent : table.caption.textContent;
      sheet.append(title, facts(pairs));
    });
    sheet.append(make("p", "hint", fill(words.recordhint, { record })));
    sheet.showModal();
    sheet.scrollTop = 0;
  };
  const link = table => all("th", table).filter(cell => RECORD.test(named(cell)) && cell.firstChild.nodeType === Node.TEXT_NODE).forEach(cell => {
    const button = make("button", "open", named(cell));
    button.setAttribute("aria-haspopup", "dialog");
    button.addEventListener("click", () => about(button.textContent));
    cell.firstChild.replaceWith(button);
  });

  /* What lies in a closed item is made ready when the item opens. */
  const ready = root => {
    all(".scroll:not([tabindex])", root).forEach(box => {
      if (box.closest("details:not([open])") || box.scrollWidth <= box.clientWidth) return;
      box.tabIndex = 0;
      box.setAttribute("role", "group");
      box.setAttribute("aria-label", box.querySelector("caption, title")?.textContent ?? "");
    });
    all(".table:not(.ready)", root).forEach(box => {
      if (box.closest("details:not([open])")) return;
      box.classList.add("ready");
      link(box);
      if (box.classList.contains("tools")) equip(box);
    });
  };
  addEventListener("toggle", event => { if (event.target.open && event.target.tagName === "DETAILS") ready(event.target); }, true);
  ready(document);
  addEventListener("resize", () => ready(document));

  all("section").forEach(section => {
    const items = all("details.item", section), lead = section.querySelector(".lead");
    if (items.length < 3 || !lead) return;
    const button = make("button", "toggle", words.open);
    button.setAttribute("aria-label", `${words.open}: ${section.querySelector("h2").textContent}`);
    button.addEventListener("click", () => {
      const open = button.textContent === words.open;
      items.forEach(item => { item.open = open; });
      button.textContent = open ? words.shut : words.open;
      button.setAttribute("aria-label", `${button.textContent}: ${section.querySelector("h2").textContent}`);
    });
    lead.after(button);
  });

  const links = new Map(all(".contents a").map(link => [link.hash.slice(1), link]));
  const seen = new IntersectionObserver(entries => entries.forEach(entry => {
    if (!entry.isIntersecting) return;
    links.forEach(link => link.removeAttribute("aria-current"));
    links.get(entry.target.id)?.setAttribute("aria-current", "true");
  }), { rootMargin: "-10% 0px -80% 0px" });
  all("main > section").forEach(section => seen.observe(section));
  reveal();
})();
