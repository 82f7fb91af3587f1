"""What analyses return; no computation."""
