"""The version of derbes."""

VERSION = "0.1.0"
