// Says what the OpenTelemetry Collector's Prometheus exporter calls metrics: reads a JSON list of {name, unit, kind} from
// standard input, hands each one to the exporter by itself under every translation strategy, and scrapes its page.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/open-telemetry/opentelemetry-collector-contrib/exporter/prometheusexporter"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/exporter/exportertest"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"
)

type row struct {
	Name string `json:"name"`
	Unit string `json:"unit"`
	Kind string `json:"kind"`
}

var strategies = []string{
	"UnderscoreEscapingWithSuffixes",
	"UnderscoreEscapingWithoutSuffixes",
	"NoUTF8EscapingWithSuffixes",
	"NoTranslation",
}

const endpoint = "127.0.0.1:18889"

func main() {
	var rows []row
	must(json.NewDecoder(os.Stdin).Decode(&rows))
	answers := make([]map[string]string, len(rows))
	for i, r := range rows {
		answers[i] = map[string]string{}
		for _, strategy := range strategies {
			answers[i][strategy] = nameOf(r, strategy)
		}
	}
	must(json.NewEncoder(os.Stdout).Encode(answers))
}

// nameOf gives the family's name on the exporter's page, empty if it is not there.
func nameOf(r row, strategy string) string {
	ctx := context.Background()
	factory := prometheusexporter.NewFactory()
	config := factory.CreateDefaultConfig()
	must(confmap.NewFromStringMap(map[string]any{
		"endpoint":             endpoint,
		"translation_strategy": strategy,
	}).Unmarshal(config))
	exporter, err := factory.CreateMetrics(ctx, exportertest.NewNopSettings(component.MustNewType("prometheus")), config)
	must(err)
	must(exporter.Start(ctx, componenttest.NewNopHost()))
	defer func() { must(exporter.Shutdown(ctx)) }()
	must(exporter.ConsumeMetrics(ctx, metrics(r)))
	return typeLine(scrape())
}

func metrics(r row) pmetric.Metrics {
	all := pmetric.NewMetrics()
	metric := all.ResourceMetrics().AppendEmpty().ScopeMetrics().AppendEmpty().Metrics().AppendEmpty()
	metric.SetName(r.Name)
	metric.SetUnit(r.Unit)
	now := pcommon.NewTimestampFromTime(time.Now())
	switch r.Kind {
	case "counter", "updowncounter":
		sum := metric.SetEmptySum()
		sum.SetAggregationTemporality(pmetric.AggregationTemporalityCumulative)
		sum.SetIsMonotonic(r.Kind == "counter")
		point := sum.DataPoints().AppendEmpty()
		point.SetTimestamp(now)
		point.SetIntValue(1)
	case "gauge":
		point := metric.SetEmptyGauge().DataPoints().AppendEmpty()
		point.SetTimestamp(now)
		point.SetIntValue(1)
	default:
		histogram := metric.SetEmptyHistogram()
		histogram.SetAggregationTemporality(pmetric.AggregationTemporalityCumulative)
		point := histogram.DataPoints().AppendEmpty()
		point.SetTimestamp(now)
		point.SetCount(1)
		point.SetSum(1)
		point.ExplicitBounds().FromRaw([]float64{1})
		point.BucketCounts().FromRaw([]uint64{1, 0})
	}
	return all
}

func scrape() string {
	request, err := http.NewRequest(http.MethodGet, "http://"+endpoint+"/metrics", http.NoBody)
	must(err)
	request.Header.Set("Accept", "text/plain;version=1.0.0;escaping=allow-utf-8")
	request.Close = true
	response, err := http.DefaultClient.Do(request)
	must(err)
	defer response.Body.Close()
	page, err := io.ReadAll(response.Body)
	must(err)
	return string(page)
}

// typeLine reads the name from the line `# TYPE name type`; a name that needs them is in quotes.
func typeLine(page string) string {
	lines := bufio.NewScanner(strings.NewReader(page))
	for lines.Scan() {
		rest, found := strings.CutPrefix(lines.Text(), "# TYPE ")
		if !found || strings.HasPrefix(rest, "target_info ") {
			continue
		}
		name := rest[:strings.LastIndex(rest, " ")]
		var unquoted string
		if json.Unmarshal([]byte(name), &unquoted) == nil {
			return unquoted
		}
		return name
	}
	return ""
}

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
