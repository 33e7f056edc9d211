"""What this machine does at each stage of a scan, and which stage limits."""
