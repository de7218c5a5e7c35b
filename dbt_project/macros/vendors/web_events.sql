{#- What trackers write, and what of it comes from machines. -#}

{#- True for programs that say so in their user agent, or that pretend badly. Cubot is a phone. -#}
{% macro is_bot_agent(agent) -%}
    coalesce(
        {{ matches("lower(" ~ agent ~ ")", '(bot|crawl|spider|slurp|headless|lighthouse|pingdom|uptime|curl/|wget/|python-|java/|go-http)') }}
        and {{ agent }} not like '%Cubot%' and {{ agent }} not like '%CUBOT%',
        false
    )
{%- endmacro %}


{#- A page's address without query and fragment, which may name people. -#}
{% macro bare_address(url) -%} nullif(split_part(split_part({{ url }}, '?', 1), '#', 1), '') {%- endmacro %}


{#- The text at the first group of a pattern; NULL where there is none. -#}
{% macro first_group(expression, pattern) -%} nullif(regexp_extract({{ expression }}, '{{ pattern }}', 1), '') {%- endmacro %}


{#- An instant from whole microseconds since 1970. -#}
{% macro from_epoch_micros(micros) %}{{ adapter.dispatch('from_epoch_micros')(micros) }}{% endmacro %}

{% macro default__from_epoch_micros(micros) -%} make_timestamptz({{ micros }}) {%- endmacro %}

{% macro spark__from_epoch_micros(micros) -%} timestamp_micros({{ micros }}) {%- endmacro %}

