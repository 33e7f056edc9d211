// Line drawings of 24 x 24, in the colour of the text beside them; a line that ends in "!" is filled.
const DRAWINGS = {
  glass: ["M11 4a7 7 0 1 0 0 14a7 7 0 0 0 0-14z", "M16.2 16.2L21 21"],
  cross: ["M6 6L18 18", "M18 6L6 18"],
  star: ["M12 3.6l2.6 5.3l5.8.8l-4.2 4.1l1 5.8L12 16.9l-5.2 2.7l1-5.8L3.6 9.7l5.8-.8z"],
  filter: ["M4 7H20", "M7 12H17", "M10 17H14"],
  videos: ["M4 5h7v6H4z", "M13 5h7v6h-7z", "M4 13h7v6H4z", "M13 13h7v6h-7z"],
  review: ["M4 5.5h16v9.5H4z", "M8.6 10.4l2.3 2.3l4.4-4.6", "M8 19h8"],
  tags: ["M4 4h8l8 8l-8 8l-8-8z", "M8.2 8.2h.01"],
  folders: ["M3.5 6.5h6l2 2.5h9v9.5h-17z"],
  doubles: ["M4 4h11v11H4z", "M9 18.5V20h11V9h-1.5"],
  insights: ["M5 20V12", "M12 20V5", "M19 20V9"],
  history: ["M4.2 12a7.8 7.8 0 1 0 2.5-5.7L4.2 8.6", "M4.2 4.2v4.4h4.4", "M12 8v4.4l3 1.8"],
  minus: ["M6 12H18"],
  check: ["M5 12.5l4.5 4.5L19 7.5"],
  heart: ["M12 20l-7.6-7.4a4.9 4.9 0 0 1 7-6.9l.6.6l.6-.6a4.9 4.9 0 0 1 7 6.9z"],
  hide: ["M3 12s3.4-6 9-6s9 6 9 6s-3.4 6-9 6s-9-6-9-6z", "M4 4L20 20"],
  again: ["M19.5 12a7.5 7.5 0 1 1-2.3-5.4L19.5 8.8", "M19.5 4.4v4.4h-4.4"],
  more: ["M5.5 12h.01", "M12 12h.01", "M18.5 12h.01"],
};

function drawn(name) {
  const space = "http" + "://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  for (const [attribute, value] of Object.entries({
    viewBox: "0 0 24 24", width: "20", height: "20", fill: "none", stroke: "currentColor", "stroke-width": "1.8",
    "stroke-linecap": "round", "stroke-linejoin": "round", "aria-hidden": "true", focusable: "false",
  })) svg.setAttribute(attribute, value);
  svg.classList.add("icon", "icon-" + name);
  for (const line of DRAWINGS[name]) {
    const path = document.createElementNS(space, "path");
    path.setAttribute("d", line.replace("!", ""));
    if (line.endsWith("!")) path.setAttribute("fill", "currentColor");
    svg.append(path);
  }
  return svg;
}
