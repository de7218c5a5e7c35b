{#- a sum of doubles may differ in its last digits without any change -#}
{%- set noise = '1e-9' -%}
{%- set key = ['kpi_id', 'variant', 'grain', 'period_start', 'segment_type', 'segment'] -%}
{%- set figures = ['numerator', 'denominator', 'value', 'n', 'n_immature'] -%}

with published as (

    select * from {{ source('publication_state', 'kpi_period') }}

),

current_periods as (

    select * from {{ ref('kpi_period') }}

),

-- what is compared: the periods that were published, by what they were cut then
series as (

    select
        kpi_id,
        variant,
        grain,
        period_start,
        segment_type,
        bool_or(is_complete) as was_complete,
        max(as_of) as published_as_of
    from published
    group by kpi_id, variant, grain, period_start, segment_type

),

side_by_side as (

    select
        {%- for column in key %}
            coalesce(current_periods.{{ column }}, published.{{ column }}) as {{ column }},
        {%- endfor %}
        {%- for column in figures %}
            published.{{ column }} as published_{{ column }},
            current_periods.{{ column }},
        {%- endfor %}
        current_periods.as_of
    from published
    full outer join current_periods
        on
            {% for column in key -%}
                published.{{ column }} = current_periods.{{ column }}
                {% if not loop.last %}and {% endif %}
            {%- endfor %}

),

-- a segment without anything to count is the same as one without a row
moves as (

    select
        side_by_side.*,
        series.was_complete,
        series.published_as_of
    from side_by_side
    inner join series
        on
            side_by_side.kpi_id = series.kpi_id
            and side_by_side.variant = series.variant
            and side_by_side.grain = series.grain
            and side_by_side.period_start = series.period_start
            and side_by_side.segment_type = series.segment_type
    where
        coalesce(side_by_side.n, 0) <> coalesce(side_by_side.published_n, 0)
        or (side_by_side.value is null) <> (side_by_side.published_value is null)
        {%- for column in ['numerator', 'denominator', 'value'] %}
            or abs(side_by_side.{{ column }} - side_by_side.published_{{ column }})
            > {{ noise }} * greatest(1, abs(side_by_side.{{ column }}))
        {%- endfor %}

)

select * from moves
