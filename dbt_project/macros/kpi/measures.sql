{#-
    From what happened to measures, the same way for every KPI. A family's model gathers `events` (kpi_id, variant, on_day,
    numerator, denominator, immature, and a column per segment type), or sums of its own as `tallies`; these macros do the rest.
    What a value is follows the catalog's `shape`:
    proportion and mean are sums divided (Wilson's, the normal interval), difference is a sum of +1, 0 and -1 divided (adjusted
    Wald), ratio is divided and has no sampling error, level is the sum itself, figure stands alone and cannot be rolled up.
-#}

{#- CTE `tallies`: sums per period, over all events and, by month, per segment; n is what `counts` adds up to. -#}
{% macro tallies_of(events, segment_types=[], name='tallies', counts='denominator') -%}
{{ name }}_by_day as (

    select
        kpi_id,
        variant,
        on_day,
        {% for segment_type in segment_types -%}
        {{ segment_type }},
        {% endfor -%}
        sum(cast(numerator as double)) as numerator,
        sum(denominator) as denominator,
        sum({{ counts }}) as n,
        sum(immature) as n_immature,
        sum(cast(numerator as double) * numerator) as squares
    from {{ events }}
    group by {{ (['kpi_id', 'variant', 'on_day'] + segment_types) | join(', ') }}

),

{{ name }}_by_period as (

    select
        {{ name }}_by_day.*,
        period_days.grain,
        period_days.period_start
    from {{ name }}_by_day
    inner join {{ ref('int_kpi__period_days') }} as period_days on {{ name }}_by_day.on_day = period_days.on_day

),

{{ sums_of(name ~ '_by_period', segment_types, name) }}
{%- endmacro %}


{#- CTE `tallies` over rows that know their period: all of a period together and, by month, per segment. -#}
{% macro sums_of(rows, segment_types=[], name='tallies') -%}
{{ name }} as (

    {% for segment_type in ['all'] + segment_types %}
    select
        kpi_id,
        variant,
        grain,
        period_start,
        '{{ segment_type }}' as segment_type,
        {{ "'all'" if segment_type == 'all' else segment_type }} as segment,
        sum(numerator) as numerator,
        sum(denominator) as denominator,
        sum(n) as n,
        sum(n_immature) as n_immature,
        sum(squares) as squares
    from {{ rows }}
    {% if segment_type != 'all' -%}
    where grain = 'month' and {{ segment_type }} is not null
    {% endif -%}
    group by kpi_id, variant, grain, period_start{% if segment_type != 'all' %}, {{ segment_type }}{% endif %}

    {% if not loop.last %}union all{% endif %}
    {%- endfor %}

)
{%- endmacro %}


{#- CTEs `described`, `filled` and `measures` over a CTE `tallies`: every period of the catalog's series once, segments where they are. -#}
{% macro measures_of(kpi_ids) -%}
described as (

    select
        series.*,
        catalog.unit,
        catalog.shape
    from {{ ref('int_kpi__series') }} as series
    inner join {{ ref('kpi_catalog') }} as catalog on series.kpi_id = catalog.kpi_id and series.variant = catalog.variant
    where series.kpi_id in ('{{ kpi_ids | join("', '") }}')

),

filled as (

    select
        described.kpi_id,
        described.variant,
        described.grain,
        described.period_start,
        described.unit,
        described.shape,
        coalesce(tallies.segment_type, 'all') as segment_type,
        coalesce(tallies.segment, 'all') as segment,
        case when described.shape = 'figure' then tallies.numerator else coalesce(tallies.numerator, 0) end as numerator,
        coalesce(tallies.denominator, 0) as denominator,
        coalesce(tallies.n, 0) as n,
        coalesce(tallies.n_immature, 0) as n_immature,
        case when described.shape = 'proportion' then coalesce(tallies.numerator, 0) end as hits,
        case when described.shape = 'difference' then coalesce(tallies.squares + tallies.numerator, 0) / 2 end as for_us,
        case when described.shape = 'difference' then coalesce(tallies.squares - tallies.numerator, 0) / 2 end as against_us,
        case
            when described.shape = 'mean' and tallies.n > 1
                then sqrt(greatest(tallies.squares - tallies.numerator * tallies.numerator / tallies.n, 0) / (tallies.n - 1))
        end as deviation
    from described
    left join tallies
        on
            described.kpi_id = tallies.kpi_id
            and described.variant = tallies.variant
            and described.grain = tallies.grain
            and described.period_start = tallies.period_start

),

valued as (

    select
        *,
        case
            when shape in ('level', 'figure') then numerator
            when unit = 'percent' or shape = 'difference' then {{ percent_of('numerator', 'denominator') }}
            else {{ ratio_of('numerator', 'denominator') }}
        end as value
    from filled

),

measures as (

    select
        kpi_id,
        variant,
        grain,
        period_start,
        segment_type,
        segment,
        case when shape <> 'figure' then numerator end as numerator,
        case when shape not in ('level', 'figure') then denominator end as denominator,
        value,
        n,
        n_immature,
        case
            when shape = 'proportion' then {{ wilson_low('hits', 'n') }}
            when shape = 'difference' then {{ nps_low('for_us', 'against_us', 'n') }}
            when shape = 'mean' then {{ mean_low('value', 'deviation', 'n') }}
        end as interval_low,
        case
            when shape = 'proportion' then {{ wilson_high('hits', 'n') }}
            when shape = 'difference' then {{ nps_high('for_us', 'against_us', 'n') }}
            when shape = 'mean' then {{ mean_high('value', 'deviation', 'n') }}
        end as interval_high
    from valued

)
{%- endmacro %}


{#- The columns of a published KPI row, with those of one table alone in their place. -#}
{% macro kpi_columns(own=[]) -%}
{{ ([
    'kpi_id', 'variant', 'grain', 'period_start', 'period_end', 'segment_type', 'segment',
    'numerator', 'denominator', 'value', 'n', 'n_immature', 'interval_low', 'interval_high', 'is_small_n', 'is_complete',
] + own + ['direction', 'unit', 'anchor', 'time_zone', 'as_of']) | join(',\n        ') }}
{%- endmacro %}
