with

countries as (

    select * from {{ ref('country_calling_codes') }}

),

-- vendors write a country as its code or its name
spellings as (

    select
        country_code,
        lower(country_code) as spelling
    from countries
    union
    select
        country_code,
        lower(country_name) as spelling
    from countries

)

select * from spellings
