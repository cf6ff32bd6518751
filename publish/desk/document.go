package desk

import "encoding/json"

// document is what a registry keeps of a server.json: these members, without
// those that are empty. The tags beside the names are the bounds that the registry
// holds a request to while it reads it; a member without omitempty is needed.
type document struct {
	Schema      string      `json:"$schema" min:"1" format:"uri"`
	Name        string      `json:"name" min:"3" max:"200" format:"name"`
	Description string      `json:"description" min:"1" max:"100"`
	Title       string      `json:"title,omitempty" min:"1" max:"100"`
	Repository  *repository `json:"repository,omitempty"`
	Version     string      `json:"version" min:"1" max:"255"`
	WebsiteURL  string      `json:"websiteUrl,omitempty" format:"uri"`
	Icons       []icon      `json:"icons,omitempty"`
	Packages    []pkg       `json:"packages,omitempty"`
	Remotes     []transport `json:"remotes,omitempty"`
	Meta        *meta       `json:"_meta,omitempty"`
}

type repository struct {
	URL       string `json:"url,omitempty" format:"uri"`
	Source    string `json:"source,omitempty"`
	ID        string `json:"id,omitempty"`
	Subfolder string `json:"subfolder,omitempty"`
}

type icon struct {
	Src      string   `json:"src" max:"255" format:"uri"`
	MimeType *string  `json:"mimeType,omitempty" enum:"image/png,image/jpeg,image/jpg,image/svg+xml,image/webp"`
	Sizes    []string `json:"sizes,omitempty"`
	Theme    *string  `json:"theme,omitempty" enum:"light,dark"`
}

type pkg struct {
	RegistryType         string     `json:"registryType" min:"1"`
	RegistryBaseURL      string     `json:"registryBaseUrl,omitempty" format:"uri"`
	Identifier           string     `json:"identifier" min:"1"`
	Version              string     `json:"version,omitempty" min:"1" max:"255"`
	FileSHA256           string     `json:"fileSha256,omitempty" format:"sha256"`
	RuntimeHint          string     `json:"runtimeHint,omitempty"`
	Transport            transport  `json:"transport"`
	RuntimeArguments     []argument `json:"runtimeArguments,omitempty"`
	PackageArguments     []argument `json:"packageArguments,omitempty"`
	EnvironmentVariables []keyValue `json:"environmentVariables,omitempty"`
}

type transport struct {
	Type      string           `json:"type"`
	URL       string           `json:"url,omitempty"`
	Headers   []keyValue       `json:"headers,omitempty"`
	Variables map[string]input `json:"variables,omitempty"`
}

type input struct {
	Description string   `json:"description,omitempty"`
	IsRequired  bool     `json:"isRequired,omitempty"`
	Format      string   `json:"format,omitempty" enum:"string,number,boolean,filepath"`
	Value       string   `json:"value,omitempty"`
	IsSecret    bool     `json:"isSecret,omitempty"`
	Default     string   `json:"default,omitempty"`
	Placeholder string   `json:"placeholder,omitempty"`
	Choices     []string `json:"choices,omitempty"`
}

type keyValue struct {
	input
	Variables map[string]input `json:"variables,omitempty"`
	Name      string           `json:"name"`
}

// argument keeps an empty value and valueHint, which mean something to a
// command line. Its value shadows that of input.
type argument struct {
	input
	Value      *string          `json:"value,omitempty"`
	Variables  map[string]input `json:"variables,omitempty"`
	Type       string           `json:"type"`
	Name       string           `json:"name,omitempty"`
	ValueHint  *string          `json:"valueHint,omitempty"`
	IsRepeated bool             `json:"isRepeated,omitempty"`
}

type meta struct {
	Publisher map[string]any `json:"io.modelcontextprotocol.registry/publisher-provided,omitempty"`
}

// keep makes of a server.json, which has passed the rules, what is kept of it.
func keep(server []byte) (document, json.RawMessage, error) {
	var d document
	if err := json.Unmarshal(server, &d); err != nil {
		return d, nil, err
	}
	kept, err := json.Marshal(d)
	return d, kept, err
}
