"""Provider plugins: found (sources), started (process), spoken to (provider), and kept by reference (registry)."""
