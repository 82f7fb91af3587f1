"""YAML files as a tree in which every key and text knows its place."""
