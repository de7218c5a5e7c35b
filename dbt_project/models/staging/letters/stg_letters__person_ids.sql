with

letters as (

    select * from {{ ref('stg_letters__letters') }}

),

person_ids as (

    select
        {{ node_id('letters', 'letters', ['letter_id']) }} as node_id,
        'erp_customer_number' as identifier_type,
        customer_number as identifier_value,
        false as is_issuer
    from letters
    where customer_number is not null

)

select * from person_ids
