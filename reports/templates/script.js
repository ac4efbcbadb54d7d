"use strict";
(() => {
  const words = document.body.dataset;
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];

  /* A link to a closed item opens it and whatever it lies in. */
  const reveal = () => {
    let node = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!node) return;
    for (let up = node; up; up = up.parentElement) if (up.tagName === "DETAILS") up.open = true;
    node.scrollIntoView();
  };
  addEventListener("hashchange", reveal);
  reveal();

  /* Print everything, then close again what was closed. */
  let closed = [];
  addEventListener("beforeprint", () => { closed = all("details:not([open])"); closed.forEach(item => { item.open = true; }); });
  addEventListener("afterprint", () => { closed.forEach(item => { item.open = false; }); closed = []; });

  const key = (row, column) => {
    const cell = row.cells[column], text = cell.dataset.sort ?? cell.textContent.trim();
    const number = Number(text);
    return text !== "" && !Number.isNaN(number) ? number : text.toLowerCase();
  };
  const compare = (a, b) => typeof a === typeof b ? (typeof a === "number" ? a - b : a.localeCompare(b)) : typeof a === "number" ? -1 : 1;

  all(".table.tools").forEach(box => {
    const table = box.querySelector("table"), body = table.tBodies[0], rows = [...body.rows];
    const bar = document.createElement("div"), input = document.createElement("input"), count = document.createElement("span");
    bar.className = "finder";
    input.type = "search";
    input.placeholder = words.search;
    input.setAttribute("aria-label", words.search + ": " + table.caption.textContent);
    count.setAttribute("role", "status");
    bar.append(input, count);
    box.prepend(bar);
    const texts = rows.map(row => row.textContent.toLowerCase());
    input.addEventListener("input", () => {
      const parts = input.value.toLowerCase().split(/\s+/).filter(Boolean);
      let shown = 0;
      rows.forEach((row, number) => {
        row.hidden = !parts.every(part => texts[number].includes(part));
        if (!row.hidden) shown += 1;
      });
      count.textContent = !parts.length ? "" : !shown ? words.none : words.match.replace("{n}", shown).replace("{total}", rows.length);
    });
    [...table.tHead.rows[0].cells].forEach((head, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => {
        const down = head.getAttribute("aria-sort") === "ascending";
        [...head.parentElement.cells].forEach(other => other.removeAttribute("aria-sort"));
        head.setAttribute("aria-sort", down ? "descending" : "ascending");
        const keyed = [...body.rows].map(row => [key(row, column), row]);
        keyed.sort((a, b) => down ? compare(b[0], a[0]) : compare(a[0], b[0]));
        body.append(...keyed.map(pair => pair[1]));
      });
    });
  });

  all("section").forEach(section => {
    const items = all("details.item", section), lead = section.querySelector(".lead");
    if (items.length < 3 || !lead) return;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "toggle";
    button.textContent = words.open;
    button.addEventListener("click", () => {
      const open = button.textContent === words.open;
      items.forEach(item => { item.open = open; });
      button.textContent = open ? words.close : words.open;
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
})();
