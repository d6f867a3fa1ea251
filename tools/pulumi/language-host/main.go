// The language host that the CLI starts: it passes what Pulumi.yaml says of the environment on to the published host.
//
// That one is older than the CLI. It has flags for what later CLIs ask for by calls that it does not know, and it knows
// nothing of uv and poetry.
package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"

	"gopkg.in/yaml.v3"
)

// The published host lies beside this one.
const host = "pulumi-language-python-host"

type options struct {
	Toolchain  string `yaml:"toolchain"`
	Virtualenv string `yaml:"virtualenv"`
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintf(os.Stderr, "Unable to start the Python language host: %v\n", err)
		os.Exit(1)
	}
}

func run() error {
	itself, err := os.Executable()
	if err != nil {
		return err
	}
	folder, err := os.Getwd()
	if err != nil {
		return err
	}
	arguments := os.Args[1:]
	root, chosen := project(folder)
	environment, err := environmentOf(root, chosen)
	if err != nil {
		return err
	}
	if environment != "" {
		arguments = append([]string{"-root", root, "-virtualenv", environment}, arguments...)
		if err := useItsPython(root, environment); err != nil {
			return err
		}
	}
	// It becomes that host, so that the signals and pipes of the CLI are that one's own.
	published := filepath.Join(filepath.Dir(itself), host)
	return syscall.Exec(published, append([]string{published}, arguments...), os.Environ())
}

// useItsPython lets programs run with the Python of their environment. The published host would look in there for what
// PULUMI_PYTHON_CMD says, which is for programs without one; it is the Python that makes an environment.
func useItsPython(root, environment string) error {
	command := os.Getenv("PULUMI_PYTHON_CMD")
	if !filepath.IsAbs(environment) {
		environment = filepath.Join(root, environment)
	}
	if _, err := os.Stat(environment); err != nil && filepath.IsAbs(command) {
		path := filepath.Dir(command) + string(os.PathListSeparator) + os.Getenv("PATH")
		if err := os.Setenv("PATH", path); err != nil {
			return err
		}
	}
	return os.Unsetenv("PULUMI_PYTHON_CMD")
}

// project returns the folder of the project that a folder is in, and the options of its runtime. What is wrong with the
// file of a project the CLI says better.
func project(folder string) (string, options) {
	for at := folder; ; at = filepath.Dir(at) {
		for _, name := range []string{"Pulumi.yaml", "Pulumi.yml", "Pulumi.json"} {
			text, err := os.ReadFile(filepath.Join(at, name))
			if err != nil {
				continue
			}
			var file struct {
				Runtime yaml.Node `yaml:"runtime"`
			}
			var runtime struct {
				Options options `yaml:"options"`
			}
			if yaml.Unmarshal(text, &file) == nil {
				_ = file.Runtime.Decode(&runtime) // it may be a word alone, which has no options
			}
			return at, runtime.Options
		}
		if at == filepath.Dir(at) {
			return folder, options{}
		}
	}
}

// environmentOf returns the folder of the virtual environment, or "" where the programs run without one. What uv and
// poetry manage is made here if it is not there.
func environmentOf(root string, chosen options) (string, error) {
	switch chosen.Toolchain {
	case "uv":
		environment := chosen.Virtualenv
		if environment == "" {
			environment = ".venv"
		}
		if _, err := os.Stat(filepath.Join(root, environment)); err != nil {
			if err := tool(root, "uv", "sync"); err != nil {
				return "", err
			}
		}
		return environment, withPip(filepath.Join(root, environment))
	case "poetry":
		environment, err := output(root, "poetry", "env", "info", "--path")
		if err != nil || environment == "" {
			if err := tool(root, "poetry", "install", "--no-root"); err != nil {
				return "", err
			}
			if environment, err = output(root, "poetry", "env", "info", "--path"); err != nil {
				return "", err
			}
		}
		return environment, withPip(environment)
	default:
		return chosen.Virtualenv, nil
	}
}

// withPip gives an environment the pip that came with its Python: the published host asks it which packages there are.
func withPip(environment string) error {
	if found, _ := filepath.Glob(filepath.Join(environment, "lib", "python*", "site-packages", "pip")); len(found) > 0 {
		return nil
	}
	return tool(environment, filepath.Join(environment, "bin", "python"), "-m", "ensurepip")
}

func output(folder string, name string, arguments ...string) (string, error) {
	command := exec.Command(name, arguments...)
	command.Dir = folder
	text, err := command.Output()
	return strings.TrimSpace(string(text)), err
}

// tool runs a tool whose output is no part of the host's own: on standard output the CLI waits for a port.
func tool(folder string, name string, arguments ...string) error {
	command := exec.Command(name, arguments...)
	command.Dir, command.Stdout, command.Stderr = folder, os.Stderr, os.Stderr
	if err := command.Run(); err != nil {
		return fmt.Errorf("'%s %s' failed in %s: %w", name, strings.Join(arguments, " "), folder, err)
	}
	return nil
}
