"use strict";
(() => {
  const ROWS_SHOWN = 25;
  document.documentElement.classList.add("js");

  // An exact number, however long: its sign, and the digits before and after the point without idle zeros.
  const exact = (text) => {
    const parts = /^(-?)0*(\d*)(?:\.(\d*?)0*)?$/.exec(text);
    if (!parts) return { sign: 0, whole: "", fraction: "" };
    const [, minus, whole, fraction = ""] = parts;
    return { sign: whole || fraction ? (minus ? -1 : 1) : 0, whole, fraction };
  };
  const order = (a, b) => (a < b ? -1 : a > b ? 1 : 0);
  const byExact = (a, b) =>
    order(a.sign, b.sign) ||
    a.sign * (order(a.whole.length, b.whole.length) || order(a.whole, b.whole) || order(a.fraction, b.fraction));
  // A moment with its offset; the fraction of a second stays text, as Date knows milliseconds only.
  const instant = (text) => {
    const parts = /^(.*?)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)$/.exec(text);
    return parts ? { time: Date.parse(parts[1] + parts[3]), fraction: parts[2] || "" } : { time: NaN, fraction: text };
  };
  const collator = new Intl.Collator("en", { numeric: true });
  const kinds = {
    exact: [exact, byExact],
    // NaN is greater than every number, as in SQL.
    float: [Number, (a, b) => (isNaN(a) || isNaN(b) ? isNaN(a) - isNaN(b) : order(a, b))],
    instant: [instant, (a, b) => order(a.time, b.time) || order(a.fraction, b.fraction)],
    plain: [String, order],
    text: [String, (a, b) => collator.compare(a, b) || order(a, b)],
  };

  const sortable = (table) => {
    const body = table.tBodies[0];
    const heads = [...table.tHead.rows[0].cells];
    let original = null;
    const sort = (head, column, direction) => {
      original ??= [...body.rows];
      let rows = original;
      if (direction) {
        const [key, compare] = kinds[head.dataset.sort] ?? kinds.text;
        const sign = direction === "ascending" ? 1 : -1;
        const keyed = original.map((row) => {
          const cell = row.cells[column];
          const none = cell.classList.contains("null");
          return { row, none, key: none ? null : key(cell.dataset.value ?? cell.textContent) };
        });
        // The sort is stable, so rows with equal values keep the order they came in, both ways.
        keyed.sort((a, b) => (a.none || b.none ? a.none - b.none : sign * compare(a.key, b.key)));
        rows = keyed.map((entry) => entry.row);
      }
      const sorted = document.createDocumentFragment();
      for (const row of rows) sorted.appendChild(row);
      body.appendChild(sorted);
      for (const other of heads) other.removeAttribute("aria-sort");
      if (direction) head.setAttribute("aria-sort", direction);
    };
    heads.forEach((head, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => {
        const now = head.getAttribute("aria-sort");
        sort(head, column, now === "ascending" ? "descending" : now === "descending" ? null : "ascending");
      });
    });
  };

  const foldable = (table) => {
    const total = table.tBodies[0].rows.length;
    if (total <= ROWS_SHOWN) return;
    const button = document.createElement("button");
    button.type = "button";
    const count = table.closest("section").querySelector(".count");
    const label = () => {
      const folded = table.classList.contains("folded");
      count.classList.toggle("whole", !folded);
      button.textContent = folded ? `Show all ${total.toLocaleString("en")} rows` : `Show the first ${ROWS_SHOWN} rows`;
      button.setAttribute("aria-expanded", String(!folded));
    };
    button.addEventListener("click", () => {
      table.classList.toggle("folded");
      label();
    });
    label();
    count.append(button);
  };

  document.addEventListener("DOMContentLoaded", () => {
    for (const table of document.querySelectorAll("table")) {
      sortable(table);
      foldable(table);
    }
  });

  // On paper nothing can be opened.
  let closed = [];
  addEventListener("beforeprint", () => {
    closed = [...document.querySelectorAll("details:not([open])")];
    for (const details of closed) details.open = true;
  });
  addEventListener("afterprint", () => {
    for (const details of closed) details.open = false;
    closed = [];
  });
})();
