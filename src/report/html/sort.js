// Sort buttons in the headers of tables that ask for them; without scripts the tables stay as they are.
for (const table of document.querySelectorAll("table[data-sortable]")) {
  const body = table.tBodies[0];
  const value = (row, i) => {
    const text = row.cells[i].textContent.trim();
    const number = parseFloat(text.replace(/[^0-9.-]/g, "")) * (/\bkm$/.test(text) ? 1000 : 1);
    return i === 0 || Number.isNaN(number) ? text : number;
  };
  [...table.tHead.rows[0].cells].forEach((head, i) => {
    const button = document.createElement("button");
    button.textContent = head.textContent;
    head.replaceChildren(button);
    button.addEventListener("click", () => {
      const down = head.getAttribute("aria-sort") !== "descending";
      for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      const rows = [...body.rows].filter((row) => !row.classList.contains("total"));
      const total = [...body.rows].filter((row) => row.classList.contains("total"));
      rows.sort((a, b) => {
        const [x, y] = [value(a, i), value(b, i)];
        const order = typeof x === typeof y ? (x > y) - (x < y) : typeof x === "number" ? 1 : -1;
        return down ? -order : order;
      });
      body.append(...rows, ...total);
    });
  });
}
