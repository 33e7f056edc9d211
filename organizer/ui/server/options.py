"""The options the gallery's server runs with: they are passed on, no settings file is relied upon.

They win over any settings file of Streamlit's that the person may have.
"""

from __future__ import annotations

from pathlib import Path

ADDRESS = "127.0.0.1"

_SYSTEM_FONT = (
    "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', 'Noto Sans', 'Liberation Sans', "
    "sans-serif"
)

_SERVER: dict[str, str | int | bool] = {
    "server.address": ADDRESS,
    "server.headless": True,
    "server.showEmailPrompt": False,
    "server.fileWatcherType": "none",
    "server.runOnSave": False,
    "server.baseUrlPath": "",
    "server.enableCORS": True,
    "server.enableXsrfProtection": True,
    "server.enableStaticServing": False,
    "server.enableAgentApi": False,
    "server.maxUploadSize": 1,
    "browser.gatherUsageStats": False,
    "browser.serverAddress": ADDRESS,
    "client.showErrorDetails": "none",
    "client.showErrorLinks": False,
    "client.toolbarMode": "minimal",
    "global.developmentMode": False,
    "logger.level": "warning",
    "logger.hideWelcomeMessage": True,
}

# Every text on its background has a contrast of 4.5:1 or more; tests compute it.
LIGHT = {
    "primaryColor": "#0b6b63",
    "backgroundColor": "#ffffff",
    "secondaryBackgroundColor": "#f3f5f4",
    "textColor": "#17211f",
    "linkColor": "#0b6b63",
    "borderColor": "#d5dcda",
}
DARK = {
    "primaryColor": "#197a71",
    "backgroundColor": "#111716",
    "secondaryBackgroundColor": "#1a2221",
    "textColor": "#e9efed",
    "linkColor": "#6cd0c4",
    "borderColor": "#35413f",
}
_SHAPE: dict[str, str | bool] = {"font": _SYSTEM_FONT, "baseRadius": "10px", "showWidgetBorder": True}


def main_script() -> Path:
    """Return the script that draws the page."""
    return Path(__file__).parents[1] / "main.py"


def server_options(port: int) -> dict[str, str | int | bool]:
    """Return Streamlit's options by dotted name."""
    options = _SERVER | {"server.port": port, "browser.serverPort": port}
    options |= {f"theme.{name}": value for name, value in _SHAPE.items()}
    options |= {f"theme.light.{name}": value for name, value in LIGHT.items()}
    options |= {f"theme.dark.{name}": value for name, value in DARK.items()}
    return options
