// Makes the columns of tables of class "sortable" buttons that sort. Without it the tables are what they are.
for (const table of document.querySelectorAll("table.sortable")) {
  const body = table.tBodies[0];
  const value = (row, at) => {
    const cell = row.cells[at];
    return cell.dataset.sort ?? cell.textContent.trim();
  };
  const number = (text) => (text === "" || Number.isNaN(Number(text)) ? null : Number(text));
  const compare = (one, other) => {
    const [a, b] = [number(one), number(other)];
    if (a !== null && b !== null) return a - b;
    if (a !== null || b !== null) return a !== null ? -1 : 1;
    return one.localeCompare(other);
  };
  [...table.tHead.rows[0].cells].forEach((head, at) => {
    if (!head.textContent.trim()) return; // a column without a name has nothing to press
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const way = head.getAttribute("aria-sort") === "ascending" ? -1 : 1;
      for (const each of table.tHead.rows[0].cells) each.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", way === 1 ? "ascending" : "descending");
      const rows = [...body.rows].map((row, place) => [value(row, at), place, row]);
      rows.sort((one, other) => way * compare(one[0], other[0]) || one[1] - other[1]);
      body.append(...rows.map((each) => each[2]));
    });
  });
}
