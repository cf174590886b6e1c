// One-key shortcuts for lists (data-keys) whose rows carry data-row. They act on the row that
// holds the focus, and move real focus, so a screen reader follows.
(() => {
  "use strict";

  const rows = () => [...document.querySelectorAll("[data-keys] [data-row]")];
  const current = () => document.activeElement?.closest("[data-keys] [data-row]") ?? null;

  const go = (row) => {
    if (!row) return;
    const target = row.querySelector("[data-row-focus]") ?? row;
    target.focus();
    row.scrollIntoView({ block: "nearest" });
  };

  const step = (by) => {
    const all = rows();
    const now = all.indexOf(current());
    go(now === -1 ? all[0] : all[Math.min(Math.max(now + by, 0), all.length - 1)]);
  };

  const open = (action) => {
    const row = current() ?? rows()[0];
    const menu = row?.querySelector(`details[data-action="${action}"]`);
    if (!menu) return;
    for (const other of document.querySelectorAll("details[data-menu][open]")) other.open = false;
    menu.open = true;
    menu.querySelector("[data-first]")?.focus();
  };

  const KEYS = {
    j: () => step(1),
    k: () => step(-1),
    e: () => open("complete"),
    s: () => open("snooze"),
    x: () => open("skip"),
    o: () => (current()?.querySelector("[data-row-open]") ?? current()?.querySelector("a"))?.click(),
    "/": () => window.cs.openPalette(),
    "?": () => window.cs.openShortcuts(),
    "[": () => window.cs.toggleRail(),
  };

  const isTyping = (target) =>
    target instanceof Element && target.closest("input, textarea, select, [contenteditable]");

  document.addEventListener("keydown", (event) => {
    if ((event.metaKey || event.ctrlKey) && event.key.toLowerCase() === "k") {
      event.preventDefault();
      window.cs.openPalette();
      return;
    }
    if (event.metaKey || event.ctrlKey || event.altKey || isTyping(event.target)) return;
    if (document.querySelector("dialog[open]")) return;
    const act = KEYS[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });

  // A finished row is replaced; the work goes on with the next one.
  let next = null;
  document.addEventListener("htmx:beforeSwap", (event) => {
    const row = event.detail.target?.closest?.("[data-row]");
    if (!row || !row.contains(document.activeElement)) return;
    const all = rows();
    const index = all.indexOf(row);
    next = (all[index + 1] ?? all[index - 1])?.id ?? null;
  });
  document.addEventListener("htmx:afterSettle", () => {
    if (next) go(document.getElementById(next));
    next = null;
  });
})();
