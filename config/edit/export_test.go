package edit

import "go.yaml.in/yaml/v3"

// Entries are the entries of a list, none when it is absent or empty.
func Entries(data []byte, list string) ([]*yaml.Node, error) {
	root, err := parse(data)
	if err != nil {
		return nil, err
	}
	_, value := find(root, list)
	if value == nil || value.Kind != yaml.SequenceNode {
		return nil, nil
	}
	return value.Content, nil
}
