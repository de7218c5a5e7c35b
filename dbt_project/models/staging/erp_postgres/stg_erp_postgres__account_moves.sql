with

account_moves as (

    select * from {{ source('raw_erp_postgres', 'account_moves') }}

),

listed_keys as (

    select * from {{ source('raw_erp_postgres', 'account_moves_keys') }}

),

newest_listing as (

    {{ newest_listing('raw_erp_postgres', 'account_moves') }}

),

cleaned as (

    select
        account_moves.id as account_move_id,
        {{ blank_to_null('account_moves.name') }} as move_number,
        {{ blank_to_null('account_moves.invoice_origin') }} as order_numbers,
        account_moves.reversed_entry_id as reversed_move_id,
        account_moves.partner_id,
        account_moves.currency_id,

        account_moves.move_type,
        account_moves.state,
        account_moves.payment_state,
        account_moves.amount_untaxed,
        account_moves.amount_tax,

        account_moves.invoice_date as invoiced_on,
        {{ is_missing_from_listing(
            'account_moves._observed_at', 'listed_keys._observed_at', 'newest_listing.listed_at'
        ) }} as is_deleted,

        account_moves.created_at,
        account_moves.written_at,
        account_moves._observed_at

    from account_moves
    left join listed_keys on cast(account_moves.id as {{ dbt.type_string() }}) = listed_keys.id
    cross join newest_listing

)

select * from cleaned
