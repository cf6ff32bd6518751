package main

// version 1
