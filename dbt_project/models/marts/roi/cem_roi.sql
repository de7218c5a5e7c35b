with initiatives as (

    select * from {{ ref('initiatives') }}

),

dropoff as (

    select * from {{ ref('journey_dropoff') }} where to_step = 'bought' and window_days = 30

),

first_touches as (

    select * from {{ ref('int_journey__first_touches') }}

),

kpis as (

    select * from {{ ref('kpi_period') }} where segment_type = 'all' and is_complete

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

-- months before and since, of everybody: an initiative for all has nobody to be compared with
monthly as (

    select
        initiatives.initiative_id,
        kpis.period_start < initiatives.starts_on as is_baseline,
        sum(kpis.numerator) filter (where kpis.kpi_id = 'logo_churn_rate' and kpis.variant = 'standard') as lost,
        sum(kpis.denominator) filter (where kpis.kpi_id = 'logo_churn_rate' and kpis.variant = 'standard') as payers,
        sum(kpis.numerator) filter (where kpis.kpi_id = 'arpa') as revenue,
        sum(kpis.denominator) filter (where kpis.kpi_id = 'arpa') as paying,
        sum(kpis.n) filter (where kpis.kpi_id = 'unreplied_rate') as cases,
        sum(kpis.denominator) filter (where kpis.kpi_id = 'acquisition_rate') as customers
    from initiatives
    inner join kpis on kpis.period_start >= initiatives.baseline_from and kpis.period_start < initiatives.ends_on
    where initiatives.aims_at <> 'acquisition_uplift'
    group by initiatives.initiative_id, kpis.period_start < initiatives.starts_on

),

side_by_side as (

    select
        since.initiative_id,
        {{ percent_of('before.lost', 'before.payers') }} as churn_before,
        {{ percent_of('since.lost', 'since.payers') }} as churn_since,
        before.payers as payers_before,
        since.payers as payers_since,
        {{ percent_of('before.cases', 'before.customers') }} as cases_before,
        {{ percent_of('since.cases', 'since.customers') }} as cases_since,
        before.customers as customers_before,
        since.customers as customers_since,
        12 * {{ ratio_of('since.revenue', 'since.paying') }} * as_of.minor_per_major as yearly_revenue
    from monthly as since
    inner join monthly as before on since.initiative_id = before.initiative_id and before.is_baseline
    cross join as_of
    where not since.is_baseline

),

measured as (

    select
        initiatives.*,
        case initiatives.aims_at
            when 'acquisition_uplift' then {{ percent_of('conversions.bought_baseline', 'conversions.n_baseline') }}
            when 'churn_avoided' then side_by_side.churn_before
            else side_by_side.cases_before
        end as baseline,
        case initiatives.aims_at
            when 'acquisition_uplift' then {{ percent_of('conversions.bought_measured', 'conversions.n_measured') }}
            when 'churn_avoided' then side_by_side.churn_since
            else side_by_side.cases_since
        end as measured,
        cast(case initiatives.aims_at
            when 'acquisition_uplift' then conversions.n_baseline
            when 'churn_avoided' then side_by_side.payers_before
            else side_by_side.customers_before
        end as bigint) as n_baseline,
        cast(case initiatives.aims_at
            when 'acquisition_uplift' then conversions.n_measured
            when 'churn_avoided' then side_by_side.payers_since
            else side_by_side.customers_since
        end as bigint) as n_measured,
        cast(coalesce(conversions.n_immature, 0) as bigint) as n_immature,
        case initiatives.aims_at
            when 'acquisition_uplift' then worth_by_customer.yearly_value
            when 'churn_avoided' then side_by_side.yearly_revenue
        end as yearly_value,
        costs.cost
    from initiatives
    left join conversions on initiatives.initiative_id = conversions.initiative_id
    left join side_by_side on initiatives.initiative_id = side_by_side.initiative_id
    left join worth_by_customer on initiatives.initiative_id = worth_by_customer.initiative_id
    left join costs on initiatives.initiative_id = costs.initiative_id

),

-- customers won or kept, cases not opened; fewer of the one are more of the other
counted as (

    select
        *,
        case aims_at
            when 'acquisition_uplift' then n_measured * (measured - baseline) / 100
            when 'churn_avoided' then n_measured * (baseline - measured) / 100
        end as extra_customers,
        case when aims_at = 'support_cost_saved' then n_measured * (baseline - measured) / 100 end as cases_saved
    from measured

),

valued as (

    select
        *,
        case
            when aims_at = 'support_cost_saved' then cases_saved * cost_per_case_minor
            else extra_customers * yearly_value * margin_percent / 100
        end as benefit
    from counted

),

cem_roi as (

    select
        initiative_id,
        initiative,
        aims_at as line,
        'before_after' as method,
        'low' as confidence,
        case aims_at
            when 'acquisition_uplift'
                then 'The people it brought chose to come, and other things changed in the same months; the margin is assumed.'
            when 'churn_avoided'
                then 'Everybody before and since: whatever else changed in these months counts as its effect; the margin is assumed.'
            else 'Everybody before and since: whatever else changed counts as its effect; the cost of a case is assumed.'
        end as caveat,
        baseline,
        measured,
        n_baseline,
        n_measured,
        n_immature,
        extra_customers,
        cases_saved,
        yearly_value,
        cost_per_case_minor as cost_per_case,
        margin_percent,
        benefit,
        cost,
        benefit - cost as net_benefit,
        {{ percent_of('(benefit - cost)', 'cost') }} as roi_percent,
        case when benefit > 0 then {{ ratio_of('cost', 'benefit / 12') }} end as payback_months,
        coalesce(least(n_baseline, n_measured) < {{ var('small_n') }}, true) as is_small_n
    from valued

)

select * from cem_roi
