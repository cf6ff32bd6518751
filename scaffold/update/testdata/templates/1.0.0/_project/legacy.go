package main

// a leftover
