#!/bin/sh
exec ./acme-server
