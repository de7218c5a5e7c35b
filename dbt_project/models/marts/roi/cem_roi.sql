with initiatives as (

    select * from {{ ref('initiatives') }}

),

dropoff as (

    select * from {{ ref('journey_dropoff') }} where to_step = 'bought' and window_days = 30

),

first_touches as (

    select * from {{ ref('int_journey__first_touches') }}

),

spend as (

    select * from {{ ref('fct_campaign_spend') }}

),

orders as (

    select * from {{ ref('fct_orders') }}

),

paid_periods as (

    select * from {{ ref('int_revenue__paid_periods') }}

),

rates as (

    select * from {{ ref('int_customer_360__exchange_rates') }}

),

as_of as (

    select * from {{ ref('int_kpi__as_of') }}

),

-- what a new customer is worth: their yearly value 90 days after the first purchase, of all whose 90 days have passed
ninety_days_on as (

    select
        first_touches.customer_id,
        {{ plus_days('first_touches.became_customer_at', 90) }} as moment_at
    from first_touches
    cross join as_of
    where {{ plus_days('first_touches.became_customer_at', 90) }} <= as_of.as_of

),

worth as (

    {{ yearly_values('ninety_days_on') }}

),

worth_by_customer as (

    select
        initiatives.initiative_id,
        avg(coalesce(worth.yearly_value, 0)) as yearly_value,
        count(*) as n_worth
    from initiatives
    inner join ninety_days_on on {{ local_date('ninety_days_on.moment_at') }} < initiatives.starts_on
    left join worth
        on
            ninety_days_on.customer_id = worth.customer_id
            and ninety_days_on.moment_at = worth.moment_at
    group by initiatives.initiative_id

),

costs as (

    select
        initiatives.initiative_id,
        coalesce(sum(spend.amount_reporting), 0) + max(initiatives.other_cost_minor) as cost
    from initiatives
    left join spend on initiatives.campaign = spend.campaign
    group by initiatives.initiative_id

),

-- the people it brought, and everybody in the months it is compared with
compared as (

    select
        initiatives.initiative_id,
        case when dropoff.month < initiatives.starts_on then 'baseline' else 'measured' end as part,
        dropoff.entered,
        dropoff.reached,
        dropoff.n_immature
    from initiatives
    inner join dropoff
        on
            dropoff.month >= initiatives.baseline_from
            and dropoff.month < initiatives.ends_on
            and dropoff.segment = case when dropoff.month < initiatives.starts_on then 'all' else initiatives.segment end

),

conversions as (

    select
        initiative_id,
        coalesce(sum(entered) filter (where part = 'measured'), 0) as n_measured,
        coalesce(sum(reached) filter (where part = 'measured'), 0) as bought_measured,
        coalesce(sum(n_immature) filter (where part = 'measured'), 0) as n_immature,
        coalesce(sum(entered) filter (where part = 'baseline'), 0) as n_baseline,
        coalesce(sum(reached) filter (where part = 'baseline'), 0) as bought_baseline
    from compared
    group by initiative_id

),

measured as (

    select
        initiatives.initiative_id,
        initiatives.initiative,
        initiatives.margin_percent,
        {{ percent_of('conversions.bought_baseline', 'conversions.n_baseline') }} as baseline,
        {{ percent_of('conversions.bought_measured', 'conversions.n_measured') }} as measured,
        cast(conversions.n_baseline as bigint) as n_baseline,
        cast(conversions.n_measured as bigint) as n_measured,
        cast(conversions.n_immature as bigint) as n_immature,
        conversions.n_measured * (
            {{ ratio_of('conversions.bought_measured', 'conversions.n_measured') }}
            - {{ ratio_of('conversions.bought_baseline', 'conversions.n_baseline') }}
        ) as extra_customers,
        worth_by_customer.yearly_value,
        costs.cost
    from initiatives
    left join conversions on initiatives.initiative_id = conversions.initiative_id
    left join worth_by_customer on initiatives.initiative_id = worth_by_customer.initiative_id
    left join costs on initiatives.initiative_id = costs.initiative_id

),

cem_roi as (

    select
        initiative_id,
        initiative,
        'acquisition_uplift' as line,
        'before_after' as method,
        'low' as confidence,
        'The people it brought chose to come, and other things changed in the same months; the margin is assumed.' as caveat,
        baseline,
        measured,
        n_baseline,
        n_measured,
        n_immature,
        extra_customers,
        yearly_value,
        margin_percent,
        extra_customers * yearly_value * margin_percent / 100 as benefit,
        cost,
        extra_customers * yearly_value * margin_percent / 100 - cost as net_benefit,
        {{ percent_of('extra_customers * yearly_value * margin_percent / 100 - cost', 'cost') }} as roi_percent,
        case
            when extra_customers > 0
                then {{ ratio_of('cost', 'extra_customers * yearly_value * margin_percent / 100 / 12') }}
        end as payback_months,
        least(n_baseline, n_measured) < {{ var('small_n') }} as is_small_n
    from measured

)

select * from cem_roi
