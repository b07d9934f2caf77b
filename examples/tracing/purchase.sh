# Sends two spans as OpenTelemetry's JSON: a request, and a query below it. The request hangs below the step that runs this.
IFS=- read -r _ trace step _ <<END
$TRACEPARENT
END
now=$(date +%s)

span() { # name, kind, id, parent, first and last nanosecond within a second, attributes
  echo "{ \"traceId\": \"$trace\", \"spanId\": \"$3\", \"parentSpanId\": \"$4\", \"name\": \"$1\", \"kind\": $2,
    \"startTimeUnixNano\": \"$now$5\", \"endTimeUnixNano\": \"$now$6\", \"attributes\": [$7] }"
}
created='{ "key": "http.response.status_code", "value": { "intValue": "201" } }'

wget -q -O - --header 'Content-Type: application/json' "$OTEL_EXPORTER_OTLP_ENDPOINT/v1/traces" --post-data "{
  \"resourceSpans\": [{
    \"resource\": { \"attributes\": [{ \"key\": \"service.name\", \"value\": { \"stringValue\": \"shop\" } }] },
    \"scopeSpans\": [{ \"scope\": { \"name\": \"purchase.sh\" }, \"spans\": [
      $(span 'POST /orders' 2 00000000000000a1 "$step" 100000000 900000000 "$created"),
      $(span db.insert 3 00000000000000a2 00000000000000a1 200000000 300000000 '')
    ] }]
  }]
}"
