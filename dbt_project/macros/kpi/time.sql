{#- Time in the reporting zone, and elapsed time. KPI standard 3.0.2 and 3.0.13. -#}

{#- The calendar day an instant falls on in the reporting zone. -#}
{% macro local_date(instant) %}{{ adapter.dispatch('local_date')(instant) }}{% endmacro %}

{% macro default__local_date(instant) -%}
    cast(({{ instant }}) at time zone '{{ var("reporting_time_zone") }}' as date)
{%- endmacro %}

{% macro spark__local_date(instant) -%}
    cast(convert_timezone('{{ var("reporting_time_zone") }}', {{ instant }}) as date)
{%- endmacro %}


{#- The instant at which a day begins in the reporting zone. -#}
{% macro local_midnight(day) %}{{ adapter.dispatch('local_midnight')(day) }}{% endmacro %}

{% macro default__local_midnight(day) -%}
    cast({{ day }} as timestamp) at time zone '{{ var("reporting_time_zone") }}'
{%- endmacro %}

{% macro spark__local_midnight(day) -%}
    convert_timezone('{{ var("reporting_time_zone") }}', 'UTC', cast({{ day }} as timestamp_ntz))
{%- endmacro %}


{#- Seconds since 1970, with fractions. -#}
{% macro epoch_seconds(instant) %}{{ adapter.dispatch('epoch_seconds')(instant) }}{% endmacro %}

{% macro default__epoch_seconds(instant) -%} extract(epoch from {{ instant }}) {%- endmacro %}

{% macro spark__epoch_seconds(instant) -%} cast({{ instant }} as double) {%- endmacro %}


{#- Elapsed minutes; date_diff would count the minute boundaries crossed. -#}
{% macro elapsed_minutes(from_instant, to_instant) -%}
    (({{ epoch_seconds(to_instant) }} - {{ epoch_seconds(from_instant) }}) / 60.0)
{%- endmacro %}


{#- An instant plus whole days of 24 hours: stays the same length over a change of summer time. -#}
{% macro plus_days(instant, days) -%} ({{ instant }} + interval '{{ days * 24 }}' hour) {%- endmacro %}


{#- A calendar day plus days, as a date. -#}
{% macro day_plus(day, days) -%} cast({{ dbt.dateadd('day', days, day) }} as date) {%- endmacro %}


{#- Whole calendar days from one day to a later one. -#}
{% macro days_between(from_day, to_day) -%} {{ dbt.datediff(from_day, to_day, 'day') }} {%- endmacro %}


{#- One row per day or month from first to last, both included; stands in a select list.
    dbt.date_spine would run a query while compiling. -#}
{% macro date_series(first, last, unit) %}{{ adapter.dispatch('date_series')(first, last, unit) }}{% endmacro %}

{% macro default__date_series(first, last, unit) -%}
    cast(unnest(generate_series({{ first }}, {{ last }}, interval '1' {{ unit }})) as date)
{%- endmacro %}

{% macro spark__date_series(first, last, unit) -%}
    explode(sequence({{ first }}, {{ last }}, interval '1' {{ unit }}))
{%- endmacro %}


{#- Day of the week, 1 is Monday. -#}
{% macro iso_weekday(day) -%} ({{ days_between("date '1970-01-05'", day) }} % 7 + 1) {%- endmacro %}


{#- A wall clock of hours and minutes on a day. -#}
{% macro clock_on(day, clock) -%}
    cast(cast({{ day }} as {{ dbt.type_string() }}) || ' ' || {{ clock }} || ':00' as timestamp)
{%- endmacro %}


{#- The instant a wall clock shows in a zone; the zone may stand in a column. -#}
{% macro zoned_instant(wall_clock, zone) %}{{ adapter.dispatch('zoned_instant')(wall_clock, zone) }}{% endmacro %}

{% macro default__zoned_instant(wall_clock, zone) -%}
    ({{ wall_clock }} at time zone {{ zone }})
{%- endmacro %}

{% macro spark__zoned_instant(wall_clock, zone) -%}
    convert_timezone({{ zone }}, 'UTC', cast({{ wall_clock }} as timestamp_ntz))
{%- endmacro %}


{#- The first local midnight that is not before an instant, as the day it begins. -#}
{% macro first_midnight_from(instant) -%}
    {{ day_plus(local_date(instant ~ " - interval '1' microsecond"), 1) }}
{%- endmacro %}
