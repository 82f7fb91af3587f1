"""What a case is when it is computed: arrays, made once, and what changes them."""
