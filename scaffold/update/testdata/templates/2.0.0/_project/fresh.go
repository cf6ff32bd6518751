package main

// new in version 2
