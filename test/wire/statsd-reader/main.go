// Reads datagrams (base64, one a line), prints a JSON line for each line of a metric: what statsd_exporter makes of it.
package main

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"io"
	"log/slog"
	"os"
	"strings"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/statsd_exporter/pkg/line"
)

func counter() prometheus.Counter { return prometheus.NewCounter(prometheus.CounterOpts{Name: "x"}) }

func main() {
	parser := line.NewParser()
	parser.EnableDogstatsdParsing()
	quiet := slog.New(slog.NewTextHandler(io.Discard, nil))
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(make([]byte, 1<<20), 1<<20)
	for in.Scan() {
		bytes, err := base64.StdEncoding.DecodeString(in.Text())
		if err != nil {
			panic(err)
		}
		for _, text := range strings.Split(string(bytes), "\n") {
			errors := prometheus.NewCounterVec(prometheus.CounterOpts{Name: "e"}, []string{"reason"})
			events := parser.LineToEvents(text, *errors, counter(), counter(), counter(), quiet)
			metrics := make(chan prometheus.Metric, 100)
			errors.Collect(metrics)
			read := []any{}
			for _, event := range events {
				read = append(read, map[string]any{"name": event.MetricName(), "value": event.Value(), "type": string(event.MetricType()), "tags": event.Labels()})
			}
			json.NewEncoder(out).Encode(map[string]any{"line": text, "events": read, "errors": len(metrics)})
		}
	}
}
