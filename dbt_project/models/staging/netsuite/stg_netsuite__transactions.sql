with

transactions as (

    select * from {{ source('raw_netsuite', 'transactions') }}

),

deleted as (

    {{ netsuite_deleted_ids('transaction') }}

),

cleaned as (

    select
        transactions.id as transaction_id,
        {{ blank_to_null('transactions.number') }} as transaction_number,
        transactions.customer_id,
        transactions.currency_id,
        {{ blank_to_null('transactions.customer_reference') }} as customer_reference,

        case lower(transactions.type)
            when 'salesord' then 'sales_order'
            when 'custinvc' then 'invoice'
            when 'custcred' then 'credit_memo'
        end as transaction_type,
        -- B, or CustInvc:B
        upper(right(trim(transactions.status), 1)) as status_code,
        transactions.total,

        coalesce(transactions.is_voided, false) as is_voided,
        deleted.record_id is not null as is_deleted,

        transactions.transaction_date as dated_on,
        transactions.created_at,
        transactions.last_modified_at,
        transactions._observed_at

    from transactions
    left join deleted on transactions.id = deleted.record_id

)

select * from cleaned
