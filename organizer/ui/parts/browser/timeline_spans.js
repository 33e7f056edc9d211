// What is selected of a list, as spans of places in it: ten thousand in a row are one pair of numbers.
function makeSpans() {
  return { pairs: [], anchor: null };
}

function spansHave(spans, index) {
  return spans.pairs.some(([first, end]) => first <= index && index < end);
}

function spansCount(spans) {
  return spans.pairs.reduce((sum, [first, end]) => sum + end - first, 0);
}

function spansAdd(spans, first, end) {
  const pairs = [...spans.pairs, [first, end]].sort((a, b) => a[0] - b[0]);
  spans.pairs = [];
  for (const [from, to] of pairs) {
    const last = spans.pairs[spans.pairs.length - 1];
    if (last && from <= last[1]) last[1] = Math.max(last[1], to);
    else spans.pairs.push([from, to]);
  }
}

function spansTake(spans, first, end) {
  spans.pairs = spans.pairs.flatMap(([from, to]) =>
    [[from, Math.min(to, first)], [Math.max(from, end), to]].filter(([a, b]) => a < b));
}

function spansToggle(spans, index) {
  if (spansHave(spans, index)) spansTake(spans, index, index + 1);
  else spansAdd(spans, index, index + 1);
  spans.anchor = index;
}

// From where the selection was begun to here, as shift-click does everywhere.
function spansReach(spans, index) {
  const from = spans.anchor ?? index;
  spans.anchor = from;
  spansAdd(spans, Math.min(from, index), Math.max(from, index) + 1);
}

function spansClear(spans) {
  spans.pairs = [];
  spans.anchor = null;
}
