// The years beside the timeline: drag, click, or arrow keys go to a month. It says which month is seen while the page
// scrolls.
const YEAR_ROOM = 26;

function makeRail(goTo) {
  const node = element("div", "rail");
  node.tabIndex = 0;
  node.setAttribute("role", "slider");
  node.setAttribute("aria-orientation", "vertical");
  node.setAttribute("aria-label", "Month");
  node.setAttribute("aria-valuemin", "0");
  const years = element("div", "years");
  years.setAttribute("aria-hidden", "true");
  const thumb = element("div", "thumb");
  const bubble = element("div", "bubble");
  bubble.setAttribute("aria-hidden", "true");
  node.append(years, thumb, bubble);
  const rail = { node, years, thumb, bubble, layout: null, at: 0, goTo, timer: 0, dragging: false };
  listenToRail(rail);
  return rail;
}

// Draws the years for a layout, each where its first card stands, as far as there is room for it.
function drawRail(rail, layout) {
  rail.layout = layout;
  const dated = layout.groups.filter((group) => group.month);
  rail.node.hidden = dated.length < 2;
  if (rail.node.hidden) return;
  rail.node.setAttribute("aria-valuemax", String(layout.groups.length - 1));
  const room = rail.node.clientHeight || 1;
  const marks = [];
  let last = -YEAR_ROOM;
  let year = null;
  for (const group of dated) {
    if (group.month.slice(0, 4) === year) continue;
    year = group.month.slice(0, 4);
    const top = (group.top / layout.height) * room;
    const mark = element("span", top - last < YEAR_ROOM ? "year dot" : "year", top - last < YEAR_ROOM ? "" : String(Number(year)));
    if (top - last >= YEAR_ROOM) last = top;
    mark.style.top = top + "px";
    marks.push(mark);
  }
  rail.years.replaceChildren(...marks);
}

// Says which part of the page is seen: "top" is its place, in pixels of the layout.
function showRail(rail, top, moving) {
  const { layout } = rail;
  if (!layout || rail.node.hidden) return;
  const group = groupBy(layout, "top", Math.max(0, top + HEADING));
  const share = Math.min(1, Math.max(0, top / layout.height));
  rail.thumb.style.top = rail.bubble.style.top = 100 * share + "%";
  if (rail.group !== group) {
    rail.group = group;
    rail.bubble.textContent = monthWords(group.month);
    rail.node.setAttribute("aria-valuenow", String(group.number));
    rail.node.setAttribute("aria-valuetext", monthWords(group.month));
  }
  if (moving) {
    rail.node.classList.add("moving");
    clearTimeout(rail.timer);
    rail.timer = setTimeout(() => rail.node.classList.remove("moving"), 900);
  }
}

function pointTo(rail, event) {
  const box = rail.node.getBoundingClientRect();
  const share = Math.min(1, Math.max(0, (event.clientY - box.top) / box.height));
  rail.goTo(share * rail.layout.height);
}

function listenToRail(rail) {
  const { node } = rail;
  node.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    rail.dragging = true;
    node.setPointerCapture(event.pointerId);
    node.classList.add("dragging");
    pointTo(rail, event);
  });
  node.addEventListener("pointermove", (event) => {
    if (rail.dragging) pointTo(rail, event);
  });
  for (const name of ["pointerup", "pointercancel"]) {
    node.addEventListener(name, () => {
      rail.dragging = false;
      node.classList.remove("dragging");
    });
  }
  node.addEventListener("keydown", (event) => {
    const { layout, group } = rail;
    if (!layout || !group) return;
    const last = layout.groups.length - 1;
    const year = (number, step) => {
      let to = number;
      const from = layout.groups[number].month?.slice(0, 4);
      while (layout.groups[to + step] && layout.groups[to].month?.slice(0, 4) === from) to += step;
      return to;
    };
    const to = {
      ArrowDown: group.number + 1, ArrowRight: group.number + 1,
      ArrowUp: group.number - 1, ArrowLeft: group.number - 1,
      PageDown: year(group.number, 1), PageUp: year(group.number, -1), Home: 0, End: last,
    }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    rail.goTo(layout.groups[Math.min(last, Math.max(0, to))].top);
  });
}
