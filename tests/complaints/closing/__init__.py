"""Tests of closing: the same answer on many cases, standard texts, praise, and one answer for many people."""
