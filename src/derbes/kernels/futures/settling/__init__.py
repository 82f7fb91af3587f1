"""One phase of a period, (S3) to (S7), for futures side by side."""
