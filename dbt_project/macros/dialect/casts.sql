{#- Conversions that engines spell differently. -#}

{#- A cast that gives NULL where the value does not fit (dbt.safe_cast is a plain cast on DuckDB). -#}
{% macro try_cast(expression, type) -%} try_cast({{ expression }} as {{ type }}) {%- endmacro %}


{#- An instant from whole seconds since 1970. -#}
{% macro from_epoch_seconds(seconds) %}{{ adapter.dispatch('from_epoch_seconds')(seconds) }}{% endmacro %}

{% macro default__from_epoch_seconds(seconds) -%} to_timestamp({{ seconds }}) {%- endmacro %}

{% macro spark__from_epoch_seconds(seconds) -%} timestamp_seconds({{ seconds }}) {%- endmacro %}


{#- A value to order by that holds several: the first decides, the next breaks ties. -#}
{% macro sort_key(expressions) %}{{ adapter.dispatch('sort_key')(expressions) }}{% endmacro %}

{% macro default__sort_key(expressions) -%} row({{ expressions | join(', ') }}) {%- endmacro %}

{% macro spark__sort_key(expressions) -%} struct({{ expressions | join(', ') }}) {%- endmacro %}


{#- The type of an instant (UTC). -#}
{% macro type_instant() %}{{ adapter.dispatch('type_instant')() }}{% endmacro %}

{% macro default__type_instant() -%} timestamp with time zone {%- endmacro %}

{% macro spark__type_instant() -%} timestamp {%- endmacro %}
