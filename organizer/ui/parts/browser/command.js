// A command for the terminal, and a button that copies it: for what no page does itself.
async function copied(text, button) {
  try {
    await navigator.clipboard.writeText(text);
    button.querySelector(".words").textContent = "Copied";
  } catch {
    // Without the right to the clipboard it can still be marked and copied by hand.
    getSelection().selectAllChildren(button.previousElementSibling);
  }
}

function commandRow(command, key) {
  const row = element("div", "command");
  const copy = control("Copy", () => copied(command, copy), { key, label: "Copy the command" });
  row.append(element("code", "", command), copy);
  return row;
}
