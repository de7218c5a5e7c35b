with currencies as (

    select * from {{ ref('currencies') }}

),

data_as_of as (

    select * from {{ ref('data_as_of') }}

),

published as (

    select
        data_as_of.reporting_currency,
        currencies.minor_digits,
        data_as_of.reporting_time_zone,
        data_as_of.as_of as data_as_of
    from data_as_of
    inner join currencies on data_as_of.reporting_currency = currencies.currency_code

)

select * from published
