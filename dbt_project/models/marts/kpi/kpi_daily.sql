{%- set weeks = 8 -%}
{%- set least_weeks = 4 -%}

with days as (

    select * from {{ ref('int_kpi__measures') }} where grain = 'day'

),

catalog as (

    select * from {{ ref('kpi_catalog') }}

),

back as (

    {% for week in range(1, weeks + 1) -%}
        select {{ 7 * week }} as days_back {% if not loop.last %}
            union all{% endif %}
    {% endfor %}

),

-- the same weekday of the weeks before
earlier as (

    select
        days.kpi_id,
        days.variant,
        {{ day_plus('days.period_start', 'back.days_back') }} as period_start,
        days.value
    from days
    cross join back
    where days.value is not null

),

medians as (

    select
        kpi_id,
        variant,
        period_start,
        {{ percentile('value', 0.5) }} as expected_value
    from earlier
    group by kpi_id, variant, period_start
    having count(*) >= {{ least_weeks }}

),

spreads as (

    select
        earlier.kpi_id,
        earlier.variant,
        earlier.period_start,
        -- of a normal spread the median deviation is 1 / 1.4826
        1.4826 * {{ percentile('abs(earlier.value - medians.expected_value)', 0.5) }} as spread
    from earlier
    inner join medians
        on
            earlier.kpi_id = medians.kpi_id
            and earlier.variant = medians.variant
            and earlier.period_start = medians.period_start
    group by earlier.kpi_id, earlier.variant, earlier.period_start

),

expected as (

    select
        days.*,
        case when days.is_complete then medians.expected_value end as expected_value
    from days
    left join medians
        on
            days.kpi_id = medians.kpi_id
            and days.variant = medians.variant
            and days.period_start = medians.period_start

),

-- a day's own error: what chance does to a value that rests on n units, with a half unit added to either side
judged as (

    select
        days.*,
        case
            when catalog.shape = 'proportion' and days.n > 0
                then sqrt(
                    (days.expected_value * days.n + 50) * (100 * (days.n + 1) - days.expected_value * days.n - 50)
                ) / ((days.n + 1) * sqrt(days.n))
            when catalog.shape = 'mean' then {{ standard_error('days.interval_low', 'days.interval_high') }}
            -- the adjusted interval of few answers is narrower than their own error
            when catalog.shape = 'difference' and days.n > 0
                then {{ standard_error('days.interval_low', 'days.interval_high') }} * sqrt((days.n + 3.0) / days.n)
            when catalog.unit = 'posts' then sqrt(days.expected_value + 1)
            -- what has no error of its own is judged by its spread alone, and only where it rests on enough
            when days.n >= {{ var('small_n') }} then 0
        end as own_error,
        spreads.spread
    from expected as days
    left join catalog on days.kpi_id = catalog.kpi_id and days.variant = catalog.variant
    left join spreads
        on
            days.kpi_id = spreads.kpi_id
            and days.variant = spreads.variant
            and days.period_start = spreads.period_start

),

scored as (

    select
        *,
        case when own_error is not null then (value - expected_value) / nullif(greatest(own_error, spread), 0) end
            as anomaly_score
    from judged

),

daily as (

    select
        {{ kpi_columns(['expected_value', 'anomaly_score', 'abs(anomaly_score) > ' ~ var('anomaly_score_from') ~ ' as is_anomaly']) }}
    from scored

)

select * from daily
