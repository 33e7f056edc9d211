// The part of a timeline that is seen: which lines are built, and where the page is scrolled to.
const BEYOND = 0.8;

// Where the page is: "top" is the first pixel of the grid that is seen, below 0 where all of it is.
function seen(timeline) {
  const outside = timeline.scroller.getBoundingClientRect();
  const top = outside.top - timeline.grid.getBoundingClientRect().top;
  return { top, height: timeline.scroller.clientHeight, outside };
}

function scrollTo(timeline, top) {
  timeline.scroller.scrollTop += top - seen(timeline).top;
  render(timeline);
}

function render(timeline) {
  const { layout, store, grid, lines } = timeline;
  if (store.version === null || !timeline.root.isConnected) return;
  const { top, height } = seen(timeline);
  const inReach = linesBetween(layout, top - BEYOND * height, top + (1 + BEYOND) * height);
  const shown = [...inReach];
  if (timeline.focused !== null && timeline.focused < layout.count) {
    // What has the focus stays, wherever the page is scrolled to.
    const { group, line } = placeOf(layout, timeline.focused);
    const pinned = lineOf(layout, group, line);
    if (!shown.some(({ id }) => id === pinned.id)) shown.push(pinned);
    shown.sort((a, b) => a.group.number - b.group.number || a.line - b.line);
  }
  const ids = new Set(shown.map(({ id }) => id));
  // What goes may have the focus, which somebody is just moving to what comes.
  timeline.drawing = true;
  for (const [id, node] of lines) {
    if (ids.has(id)) continue;
    dropPicture(node);
    node.remove();
    lines.delete(id);
  }
  const near = inReach.filter(({ line }) => line >= 0);
  const tabbed = timeline.focused ?? firstSeen(timeline, top)?.first ?? 0;
  let before = null;
  for (const line of shown) {
    let node = lines.get(line.id);
    if (!node) {
      node = line.line < 0 ? headingNode(timeline, line) : lineNode(timeline, line);
      lines.set(line.id, node);
      // In their order for whoever reads them aloud; what stands there already is not moved, it may have the focus.
      if (before) before.after(node);
      else grid.prepend(node);
    }
    before = node;
    node.style.transform = "translateY(" + line.top + "px)";
    if (line.line >= 0) fillLine(timeline, node, line, tabbed);
  }
  timeline.drawing = false;
  if (near.length) want(store, near[0].first, near[near.length - 1].first + near[near.length - 1].count);
  showRail(timeline.rail, top, timeline.moved);
}

function headingNode(timeline, { group }) {
  const node = makeHeading(group);
  node.setAttribute("aria-rowindex", String(group.row + 1));
  node.querySelector(".month-all").addEventListener("click", () => {
    const end = group.first + group.count;
    const all = timeline.spans.pairs.some(([from, to]) => from <= group.first && end <= to);
    if (all) spansTake(timeline.spans, group.first, end);
    else spansAdd(timeline.spans, group.first, end);
    selected(timeline);
  });
  besideOthers(timeline, node, group);
  return node;
}

// What stands beside others begins at its own column and is as wide as its cards.
function besideOthers(timeline, node, group) {
  const { layout } = timeline;
  if (group.band.groups.length < 2) return;
  const room = layout.card + layout.gap;
  node.style.left = group.column * room + "px";
  node.style.width = group.count * room - layout.gap + "px";
  node.style.setProperty("--columns", group.count);
}

function lineNode(timeline, { group, line, count }) {
  const node = element("div", "line");
  node.setAttribute("role", "row");
  node.setAttribute("aria-rowindex", String(group.row + (group.heading ? 1 : 0) + line + 1));
  for (let column = 0; column < count; column += 1) {
    const cell = makeCell();
    cell.setAttribute("aria-colindex", String(column + 1));
    node.append(cell);
  }
  besideOthers(timeline, node, group);
  return node;
}

function fillLine(timeline, node, line, tabbed) {
  const { store, spans } = timeline;
  [...node.children].forEach((cell, column) => {
    const index = line.first + column;
    cell.index = index;
    fillCell(cell, cardAt(store, index), { address: store.address, width: timeline.layout.card });
    const chosen = spansHave(spans, index);
    cell.setAttribute("aria-selected", String(chosen));
    cell.tabIndex = index === tabbed ? 0 : -1;
  });
}

// The first line that is seen whole, or at least begins to be.
function firstSeen(timeline, top) {
  const { layout } = timeline;
  if (!layout.count) return null;
  return linesBetween(layout, Math.max(0, top), Math.max(0, top) + 3 * layout.line).find(
    (line) => line.line >= 0 && line.top + layout.picture / 2 > top) || null;
}

function focusOn(timeline, index) {
  const { layout } = timeline;
  if (!layout.count) return;
  timeline.focused = Math.max(0, Math.min(index, layout.count - 1));
  const { group, line, top: lineTop_ } = placeOf(layout, timeline.focused);
  const { top, height } = seen(timeline);
  const above = line === 0 ? lineTop_ - group.heading : lineTop_;
  if (above < top + 8) timeline.scroller.scrollTop += above - top - 8;
  else if (lineTop_ + layout.line > top + height) timeline.scroller.scrollTop += lineTop_ + layout.line - top - height;
  render(timeline);
  cellOf(timeline, timeline.focused)?.focus({ preventScroll: true });
}

function cellOf(timeline, index) {
  const { group, line, cell } = placeOf(timeline.layout, index);
  return timeline.lines.get(lineOf(timeline.layout, group, line).id)?.children[cell];
}

function fit(timeline, months) {
  timeline.layout = makeLayout(months, timeline.grid.clientWidth || timeline.root.clientWidth);
  const { layout, grid } = timeline;
  grid.style.height = layout.height + "px";
  grid.style.setProperty("--columns", layout.columns);
  grid.style.setProperty("--gap", layout.gap + "px");
  grid.style.setProperty("--picture", layout.picture + "px");
  grid.setAttribute("aria-rowcount", String(layout.rows));
  grid.setAttribute("aria-colcount", String(layout.columns));
  for (const node of timeline.lines.values()) node.remove();
  timeline.lines.clear();
  drawRail(timeline.rail, layout);
}

// The rail and the bar stand still at the edges of what scrolls.
function place(timeline) {
  const { outside } = seen(timeline);
  const { style } = timeline.root;
  style.setProperty("--left", outside.left + "px");
  style.setProperty("--right", window.innerWidth - outside.left - timeline.scroller.clientWidth + "px");
  style.setProperty("--top", outside.top + "px");
  style.setProperty("--height", timeline.scroller.clientHeight + "px");
  if (timeline.rail.layout) drawRail(timeline.rail, timeline.rail.layout);
}
