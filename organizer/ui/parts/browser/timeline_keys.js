// The keyboard on the grid: arrows go from card to card, Enter opens, Space selects, Shift extends, Ctrl+A takes all.
const STEPS = new Set(["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "End", "PageUp", "PageDown"]);

function keyOn(timeline, event) {
  const index = timeline.focused;
  if (index === null || event.altKey || event.isComposing) return;
  const { spans, layout } = timeline;
  const chord = event.ctrlKey || event.metaKey;
  const done = () => {
    event.preventDefault();
    event.stopPropagation();
  };
  if (STEPS.has(event.key)) {
    done();
    const page = Math.max(1, Math.floor(timeline.seenHeight() / layout.line) - 1);
    let to = step(layout, index, event.key, page);
    if (chord && event.key === "Home") to = 0;
    if (chord && event.key === "End") to = layout.count - 1;
    if (event.shiftKey) {
      spans.anchor ??= index;
      spansReach(spans, to);
      timeline.selected();
    }
    timeline.focusOn(to);
  } else if (event.key === "Enter" && !chord) {
    done();
    timeline.open(index);
  } else if ((event.key === " " || event.key === "x" || event.key === "X") && !chord) {
    done();
    if (event.shiftKey && event.key === " ") spansReach(spans, index);
    else spansToggle(spans, index);
    timeline.selected();
  } else if (chord && (event.key === "a" || event.key === "A")) {
    done();
    timeline.selectAll();
  } else if (event.key === "Escape" && spansCount(spans)) {
    done();
    timeline.clear();
  }
}

// Fingers have neither hover nor Shift: a long press selects a card, as a click on its ring does.
const PRESS_MS = 450;

function listenToPresses(timeline) {
  const { grid } = timeline;
  let press = null;
  const end = () => {
    clearTimeout(press?.timer);
    press = null;
  };
  grid.addEventListener("pointerdown", (event) => {
    end();
    timeline.pressed = false;
    const cell = event.target.closest?.(".card");
    if (event.pointerType !== "touch" || !cell?.dataset.key) return;
    const timer = setTimeout(() => {
      press = null;
      timeline.pressed = true;
      spansToggle(timeline.spans, cell.index);
      timeline.selected();
    }, PRESS_MS);
    press = { x: event.clientX, y: event.clientY, timer };
  });
  grid.addEventListener("pointermove", (event) => {
    if (press && Math.hypot(event.clientX - press.x, event.clientY - press.y) > 10) end();
  });
  for (const name of ["pointerup", "pointercancel", "pointerleave"]) grid.addEventListener(name, end);
  // Else the browser's own menu of a link opens at a long press.
  grid.addEventListener("contextmenu", (event) => {
    if (press || timeline.pressed) event.preventDefault();
  });
}
