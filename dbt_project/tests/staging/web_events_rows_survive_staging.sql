-- Every row that landed is staged once: neither lost nor multiplied.

{{ rows_survive('web_events', ['snowplow_events', 'ga4_events']) }}
