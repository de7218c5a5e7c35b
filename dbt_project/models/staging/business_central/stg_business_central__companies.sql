with

companies as (

    select * from {{ source('raw_business_central', 'companies') }}

),

cleaned as (

    select
        id as company_id,
        {{ blank_to_null('name') }} as name,
        {{ blank_to_null('display_name') }} as display_name,
        _observed_at
    from companies

)

select * from cleaned
