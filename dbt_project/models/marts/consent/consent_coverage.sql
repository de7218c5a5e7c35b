with

consent as (

    select * from {{ ref('consent') }}

),

customers as (

    select * from {{ ref('dim_customers') }} where not is_test

),

coverage as (

    select
        consent.purpose,
        count(*) as customers,
        sum(case when consent.answer = 'granted' then 1 else 0 end) as granted,
        sum(case when consent.answer = 'refused' then 1 else 0 end) as refused,
        sum(case when consent.answer = 'unknown' then 1 else 0 end) as unknown,
        100.0 * sum(case when consent.answer <> 'unknown' then 1 else 0 end) / count(*) as known_percent
    from consent
    inner join customers on consent.customer_id = customers.customer_id
    group by consent.purpose

),

typed as (

    select
        purpose,
        cast(customers as {{ dbt.type_bigint() }}) as customers,
        cast(granted as {{ dbt.type_bigint() }}) as granted,
        cast(refused as {{ dbt.type_bigint() }}) as refused,
        cast(unknown as {{ dbt.type_bigint() }}) as unknown,
        cast(known_percent as double) as known_percent
    from coverage

)

select * from typed
