// Where every card of a timeline stands, in pixels from its top: numbers only. Of 100,000 videos just the months are
// gone through, so a new width costs nothing.
const HEADING = 52;

// How cards fill a width: as many as fit, at least two, with a picture of 3:2 and lines of words below it.
function measure(width) {
  const narrow = width < 560;
  const gap = narrow ? 8 : 16;
  const least = narrow ? 150 : width < 1100 ? 205 : 232;
  const columns = Math.max(narrow ? 2 : 1, Math.floor((width + gap) / (least + gap)));
  const card = Math.max(60, (width - gap * (columns - 1)) / columns);
  const picture = Math.round((card * 2) / 3);
  const words = narrow ? 77 : 80;
  return { width, narrow, gap, columns, card, picture, line: picture + words + gap };
}

// Months stand one below the other; those of a few videos side by side, as long as they fit into one line: a band.
function makeLayout(months, width) {
  const size = measure(width);
  const named = months.length > 1 || (months.length === 1 && months[0].month !== null);
  const heading = named ? HEADING : 0;
  const groups = [];
  const bands = [];
  let top = 0;
  let first = 0;
  let row = 0;
  for (const { month, count } of months) {
    const lines = Math.ceil(count / size.columns);
    let band = bands[bands.length - 1];
    if (!band || size.narrow || band.lines > 1 || band.used + count > size.columns) {
      band = { number: bands.length, top, lines, used: 0, groups: [] };
      bands.push(band);
      top += heading + lines * size.line;
    }
    const group = { number: groups.length, band, month, first, count, top: band.top, heading, lines, row, column: band.used };
    band.groups.push(group);
    band.used += Math.min(count, size.columns);
    groups.push(group);
    row += lines + (named ? 1 : 0);
    first += count;
  }
  return { ...size, groups, bands, height: top, rows: row, count: first };
}

// The last group that begins at or before a value, by one of its fields that ascend.
function groupBy(layout, field, value) {
  let low = 0;
  let high = layout.groups.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (layout.groups[middle][field] <= value) low = middle;
    else high = middle - 1;
  }
  return layout.groups[low];
}

// Where the line of a card begins, which cell of it the card is, and in which column of the page that stands.
function placeOf(layout, index) {
  const group = groupBy(layout, "first", index);
  const line = Math.floor((index - group.first) / layout.columns);
  const cell = (index - group.first) % layout.columns;
  return { group, line, cell, column: group.column + cell, top: lineTop(layout, group, line) };
}

function lineTop(layout, group, line) {
  return group.top + group.heading + line * layout.line;
}

// The headings and lines that a part of the page shows, from the top down.
function linesBetween(layout, top, bottom) {
  const lines = [];
  if (!layout.count) return lines;
  for (let number = groupBy(layout, "top", top).band.groups[0].number; number < layout.groups.length; number += 1) {
    const group = layout.groups[number];
    if (group.top > bottom) break;
    if (group.heading && group.top + group.heading > top) lines.push({ id: "m" + number, group, line: -1, top: group.top });
    const start = Math.max(0, Math.floor((top - group.top - group.heading) / layout.line));
    const end = Math.min(group.lines, Math.ceil((bottom - group.top - group.heading) / layout.line));
    for (let line = start; line < end; line += 1) lines.push(lineOf(layout, group, line));
  }
  return lines;
}

function lineOf(layout, group, line) {
  const first = group.first + line * layout.columns;
  const count = Math.min(layout.columns, group.first + group.count - first);
  return { id: group.number + "." + line, group, line, first, count, top: lineTop(layout, group, line) };
}

// Which card arrows lead to from one, as the eye goes: down and up stay in the column where there is a card.
function step(layout, index, key, page) {
  const last = layout.count - 1;
  const { group, line } = placeOf(layout, index);
  const first = group.first + line * layout.columns;
  if (key === "ArrowLeft") return Math.max(0, index - 1);
  if (key === "ArrowRight") return Math.min(last, index + 1);
  if (key === "Home") return first;
  if (key === "End") return Math.min(first + layout.columns, group.first + group.count) - 1;
  const way = { ArrowDown: 1, PageDown: 1, ArrowUp: -1, PageUp: -1 }[key];
  if (!way) return index;
  let at = index;
  for (let count = key.startsWith("Page") ? page : 1; count > 0; count -= 1) at = nextLine(layout, at, way);
  return at;
}

function nextLine(layout, index, way) {
  const { group, line, column } = placeOf(layout, index);
  if (line + way >= 0 && line + way < group.lines) return inLine(layout, group, line + way, column);
  const band = layout.bands[group.band.number + way];
  if (!band) return index;
  const to = band.groups.findLast((one) => one.column <= column);
  return inLine(layout, to, way > 0 ? 0 : to.lines - 1, column);
}

function inLine(layout, group, line, column) {
  const first = group.first + line * layout.columns;
  const end = Math.min(first + layout.columns, group.first + group.count);
  return Math.min(first + column - group.column, end - 1);
}
