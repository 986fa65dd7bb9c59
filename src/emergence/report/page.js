"use strict";
const body = document.querySelector("tbody");
const headers = [...document.querySelectorAll("th")];

function value(row, column) {
  const cell = row.cells[column];
  return "value" in cell.dataset ? pythonNumber(cell.dataset.value) : cell.textContent;
}

function pythonNumber(text) {
  return Number(text.replace("inf", "Infinity"));
}

function compare(a, b) {
  if (a === "" || b === "") return (a === "") - (b === ""); // missing values last
  if (typeof a === "number" && typeof b === "number") return a < b ? -1 : Number(a > b);
  return String(a).localeCompare(String(b), "en", { numeric: true });
}

function sortBy(column) {
  const down = headers[column].getAttribute("aria-sort") === "ascending";
  const rows = [...body.rows].map((row) => [value(row, column), row]);
  rows.sort(([a], [b]) => (down && a !== "" && b !== "" ? compare(b, a) : compare(a, b)));
  body.append(...rows.map(([, row]) => row));
  headers.forEach((header) => header.setAttribute("aria-sort", "none"));
  headers[column].setAttribute("aria-sort", down ? "descending" : "ascending");
}

function filter() {
  const wanted = document.getElementById("filter").value.toLowerCase();
  let shown = 0;
  for (const row of body.rows) {
    row.hidden = !row.textContent.toLowerCase().includes(wanted);
    shown += !row.hidden;
  }
  document.getElementById("shown").textContent = `${shown} of ${body.rows.length} rows`;
}

headers.forEach((header, column) => {
  header.querySelector("button").addEventListener("click", () => sortBy(column));
});
document.getElementById("filter").addEventListener("input", filter);
filter();
