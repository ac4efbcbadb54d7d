"use strict";
(() => {
  const words = document.body.dataset, STORE = `crm-audit-sample-${words.run}`;
  const inputs = [...document.querySelectorAll("input[type=radio]")], total = new Set(inputs.map(input => input.name)).size;
  const read = () => {
    try { return JSON.parse(localStorage.getItem(STORE) ?? "{}") ?? {}; } catch { return {}; }
  };
  const state = read();
  const button = (text, act) => {
    const node = Object.assign(document.createElement("button"), { type: "button", className: "tool strong", textContent: text });
    node.addEventListener("click", act);
    return node;
  };
  const count = document.createElement("strong");
  count.className = "tally";
  count.setAttribute("role", "status");
  const keep = () => {
    count.textContent = words.judged.replace("{n}", Object.keys(state).length).replace("{total}", total);
    try { localStorage.setItem(STORE, JSON.stringify(state)); } catch { /* A file may have no storage: it is saved by hand. */ }
  };
  inputs.forEach(input => {
    input.checked = state[input.name] === input.value;
    input.addEventListener("change", () => { state[input.name] = input.value; keep(); });
  });
  document.querySelectorAll(".record").forEach(section => {
    section.append(button(words.all, () => {
      section.querySelectorAll("input[value=right]").forEach(input => {
        if (state[input.name]) return;
        input.checked = true;
        state[input.name] = "right";
      });
      keep();
    }));
  });
  document.getElementById("bar").append(count, button(words.save, () => {
    const lines = Object.entries(state).map(([name, verdict]) => [words.run, ...name.split(" "), verdict].join(","));
    const url = URL.createObjectURL(new Blob([["run,record,field,verdict", ...lines].join("\n") + "\n"], { type: "text/csv" }));
    Object.assign(document.createElement("a"), { href: url, download: "sample.csv" }).click();
    setTimeout(() => URL.revokeObjectURL(url), 10_000);
  }));
  keep();
})();
