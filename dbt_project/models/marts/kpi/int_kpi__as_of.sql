with data_as_of as (

    select * from {{ ref('data_as_of') }}

),

currencies as (

    select * from {{ ref('currencies') }}

),

as_of as (

    select
        data_as_of.reporting_currency,
        data_as_of.reporting_time_zone,
        power(10, currencies.minor_digits) as minor_per_major,
        {{ local_date('data_as_of.as_of') }} as as_of_on,
        data_as_of.as_of
    from data_as_of
    inner join currencies on data_as_of.reporting_currency = currencies.currency_code

)

select * from as_of
