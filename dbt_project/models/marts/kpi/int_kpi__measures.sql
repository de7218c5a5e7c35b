{%- set kpi_models = [
    'int_kpi__surveys',
    'int_kpi__support',
    'int_kpi__orders',
    'int_kpi__social',
    'int_kpi__recurring',
    'int_kpi__acquisition',
    'int_kpi__lifetime_value',
    'int_kpi__care',
    'int_kpi__consent',
] -%}

with measures as (

    {%- for kpi_model in kpi_models %}

        select
            kpi_id,
            variant,
            grain,
            period_start,
            segment_type,
            segment,
            cast(numerator as double) as numerator,
            cast(denominator as double) as denominator,
            cast(value as double) as value,
            cast(n as bigint) as n,
            cast(n_immature as bigint) as n_immature,
            cast(interval_low as double) as interval_low,
            cast(interval_high as double) as interval_high
        from {{ ref(kpi_model) }}
        {% if not loop.last %}
            union all
        {%- endif %}
    {%- endfor %}

),

catalog as (

    select * from {{ ref('kpi_catalog') }}

),

periods as (

    select * from {{ ref('int_kpi__periods') }}

),

as_of as (

    select * from {{ ref('int_kpi__as_of') }}

),

described as (

    select
        measures.kpi_id,
        measures.variant,
        measures.grain,
        measures.period_start,
        periods.period_end,
        measures.segment_type,
        measures.segment,
        measures.numerator,
        measures.denominator,
        measures.value,
        measures.n,
        measures.n_immature,
        measures.interval_low,
        measures.interval_high,
        measures.n < {{ var('small_n') }} as is_small_n,
        periods.is_complete,
        catalog.direction,
        catalog.unit,
        catalog.anchor,
        as_of.reporting_time_zone as time_zone,
        as_of.as_of
    from measures
    inner join periods on measures.grain = periods.grain and measures.period_start = periods.period_start
    left join catalog on measures.kpi_id = catalog.kpi_id and measures.variant = catalog.variant
    cross join as_of

)

select * from described
