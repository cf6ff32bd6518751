package scaffold

import (
	"slices"
	"strings"
)

// reserved are names that no project of a language can have.
type reserved struct {
	form  string // the spelling that meets them, see forms
	names string // with white space between them
	why   string
}

// met is why a name cannot be had, "" if it can.
func met(all []reserved, name string) string {
	spelled := forms(name)
	for _, r := range all {
		if slices.Contains(strings.Fields(r.names), spelled[r.form]) {
			return r.why
		}
	}
	return ""
}

var goReserved = []reserved{
	{"ident", `break case chan const continue default defer else fallthrough for func go goto if import interface map
		package range return select struct switch type var`, "it is a keyword"},
	{"name", "internal main testdata vendor std cmd", "the go command treats a folder of that name in its own way"},
}

var npmReserved = []reserved{
	{"name", `assert buffer cluster console constants crypto dgram dns domain events fs http http2 https inspector module
		net os path process punycode querystring readline repl stream sys timers tls tty url util v8 vm wasi zlib`,
		"Node.js has a module of that name"},
	{"name", `cockatiel jose lru-cache pino prom-client rate-limiter-flexible typescript undici vitest yaml zod`,
		"the server needs a package of that name"},
	{"name", "biome corepack node npm npx tsc vite", "a command that the project needs has that name"},
}

// Python finds what lies in the project's folder before all else.
var pythonReserved = []reserved{
	{"snake", `and as assert async await break class continue def del elif else except finally for from global if import
		in is lambda nonlocal not or pass raise return try while with yield`, "it is a keyword"},
	{"snake", `abc aifc annotationlib antigravity argparse array ast asynchat asyncio asyncore atexit audioop base64 bdb
		binascii bisect builtins bz2 calendar cgi cgitb chunk cmath cmd code codecs codeop collections colorsys compileall
		compression concurrent configparser contextlib contextvars copy copyreg crypt csv ctypes curses dataclasses datetime
		dbm decimal difflib dis distutils doctest email encodings ensurepip enum errno faulthandler fcntl filecmp fileinput
		fnmatch fractions ftplib functools gc genericpath getopt getpass gettext glob graphlib grp gzip hashlib heapq hmac
		html http idlelib imaplib imghdr imp importlib inspect io ipaddress itertools json keyword lib2to3 linecache locale
		logging lzma mailbox mailcap marshal math mimetypes mmap modulefinder msilib msvcrt multiprocessing netrc nis nntplib
		nt ntpath nturl2path numbers opcode operator optparse os ossaudiodev pathlib pdb pickle pickletools pipes pkgutil
		platform plistlib poplib posix posixpath pprint profile pstats pty pwd py_compile pyclbr pydoc pydoc_data pyexpat
		queue quopri random re readline reprlib resource rlcompleter runpy sched secrets select selectors shelve shlex shutil
		signal site sitecustomize smtpd smtplib sndhdr socket socketserver spwd sqlite3 sre_compile sre_constants sre_parse
		ssl stat statistics string stringprep struct subprocess sunau symtable sys sysconfig syslog tabnanny tarfile telnetlib
		tempfile termios test textwrap this threading time timeit tkinter token tokenize tomllib trace traceback tracemalloc
		tty turtle turtledemo types typing unicodedata unittest urllib usercustomize uu uuid venv warnings wave weakref
		webbrowser winreg winsound wsgiref xdrlib xml xmlrpc zipapp zipfile zipimport zlib zoneinfo`,
		"Python has a module of that name, which the server would hide"},
	{"snake", `annotated_types anyio attr attrs cachetools certifi cffi charset_normalizer click colorama cryptography
		deprecated dotenv google h11 hatchling httpcore2 httpx2 idna iniconfig joserfc jsonschema jwt limits mcp mcp_types
		multipart mypy opentelemetry opentelemetry_exporter_otlp_proto_http opentelemetry_sdk packaging pathspec pip pluggy
		prometheus_client purgatory pycparser pydantic pydantic_core pydantic_settings pygments pytest python_multipart
		pyyaml redis referencing requests rpds ruff setuptools sse_starlette starlette structlog tenacity truststore
		types_cachetools types_pyyaml typing_extensions typing_inspection urllib3 uvicorn wheel wrapt yaml`,
		"the server needs a module of that name, which it would hide"},
	{"snake", "build deploy dist docs scripts tests", "the project has a folder of that name"},
	{"name", "pip3 pipx python python3 uv uvx", "a command that the project needs has that name"},
}
