package main

// version 2
