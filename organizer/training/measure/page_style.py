"""The report's style sheet: system fonts, light and dark, one column on a narrow screen."""

STYLE = """
:root { color-scheme: light dark; --paper: #ffffff; --card: #f6f7f9; --ink: #1b1f24; --soft: #57606a;
  --rule: #d8dee4; --accent: #0b62c4; --second: #b35900; --good: #1a7f37; --bad: #b42318; --note: #fff6e0;
  --note-rule: #d9a521; }
@media (prefers-color-scheme: dark) { :root { --paper: #14171c; --card: #1d2229; --ink: #e8ebef;
  --soft: #a5aeb8; --rule: #363d47; --accent: #6cb0ff; --second: #ffab5c; --good: #5fd07c; --bad: #ff8f85;
  --note: #2c2614; --note-rule: #a98322; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; }
main { max-width: 1120px; margin: 0 auto; padding: 32px 20px 64px; }
h1 { font-size: 1.75rem; line-height: 1.2; margin: 0 0 8px; overflow-wrap: anywhere; }
h2 { font-size: 1.2rem; margin: 44px 0 6px; }
h3 { font-size: 0.95rem; margin: 0 0 4px; font-weight: 600; } .wide + h3 { margin-top: 24px; }
p { margin: 6px 0; max-width: 76ch; }
.soft, caption, .small { color: var(--soft); }
.small { font-size: 0.875rem; }
.note { background: var(--note); border-left: 4px solid var(--note-rule); padding: 10px 14px; margin: 14px 0;
  border-radius: 4px; max-width: 84ch; }
.tiles { display: grid; grid-template-columns: repeat(4, 1fr); gap: 12px; margin: 12px 0; }
.tile { background: var(--card); border: 1px solid var(--rule); border-radius: 8px; padding: 12px 14px; }
.tile b { display: block; font-size: 1.9rem; line-height: 1.15; font-weight: 650;
  font-variant-numeric: tabular-nums; }
.tile.lesser b { font-size: 1.25rem; }
.tile span { display: block; font-size: 0.85rem; color: var(--soft); font-variant-numeric: tabular-nums; }
.wide { overflow-x: auto; margin: 12px 0; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: 0.92rem; }
th, td { padding: 5px 10px; text-align: right; border-bottom: 1px solid var(--rule); white-space: nowrap; }
th { font-weight: 600; color: var(--soft); vertical-align: bottom; }
td:first-child, th:first-child { text-align: left; padding-left: 0; }
tbody th { color: var(--ink); font-weight: 500; vertical-align: middle; }
td.words, th.words { text-align: left; }
td.wrap { white-space: normal; min-width: 12ch; overflow-wrap: anywhere; }
.better { color: var(--good); font-weight: 600; } .worse { color: var(--bad); font-weight: 600; }
.grid { display: grid; grid-template-columns: repeat(auto-fill, minmax(200px, 1fr)); gap: 18px 20px;
  margin: 14px 0; }
.beside { display: grid; grid-template-columns: minmax(0, 320px) minmax(0, 1fr); gap: 28px; }
figure { margin: 0; }
svg.plot { display: block; width: 100%; max-width: 320px; height: auto; }
svg.bar { display: block; width: 120px; height: 16px; }
svg text { fill: var(--soft); font-size: 10px; font-family: inherit; }
svg .grid { stroke: var(--rule); stroke-width: 1; } svg .axis { stroke: var(--rule); stroke-width: 1; }
svg .zero { stroke: var(--soft); stroke-width: 1; }
svg .ideal { stroke: var(--soft); stroke-width: 1; stroke-dasharray: 3 3; }
svg .curve { fill: none; stroke: var(--accent); stroke-width: 2; stroke-linejoin: round; }
svg .curve.second { stroke: var(--second); stroke-dasharray: 5 3; }
svg .interval { stroke: var(--accent); stroke-width: 4; stroke-linecap: round; opacity: 0.4; }
svg .dot { fill: var(--accent); } svg .mark { fill: var(--paper); stroke: var(--accent); stroke-width: 2; }
.key { display: inline-block; width: 22px; height: 0; border-top: 2.5px solid var(--accent);
  vertical-align: middle; margin-right: 5px; }
.key.second { border-top: 2.5px dashed var(--second); }
.confusion td { text-align: center; padding: 5px 8px; min-width: 38px;
  background: color-mix(in srgb, var(--accent) calc(var(--share, 0) * 45%), transparent); }
.confusion td.wrong {
  background: color-mix(in srgb, var(--second) calc(var(--share, 0) * 55%), transparent); }
.confusion td.zero { color: var(--rule); }
.confusion thead th { writing-mode: vertical-rl; transform: rotate(180deg); text-align: left;
  padding: 10px 4px; }
.confusion thead th:first-child { writing-mode: horizontal-tb; transform: none; }
.confusion tbody th { text-align: left; position: sticky; left: 0; background: var(--paper);
  padding-left: 0; }
@media (max-width: 640px) { main { padding: 20px 14px 48px; } h1 { font-size: 1.4rem; }
  .tiles { grid-template-columns: 1fr 1fr; } th, td { padding: 5px 7px; }
  tbody th { white-space: normal; min-width: 7rem; } thead th { white-space: normal; }
  .tile b { font-size: 1.5rem; }
  .grid { grid-template-columns: 1fr 1fr; gap: 14px 10px; } .beside { grid-template-columns: 1fr; } }
@media print { body { font-size: 11pt; } .tile, .note { break-inside: avoid; } }
"""
